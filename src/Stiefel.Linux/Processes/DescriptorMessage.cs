using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>Passes an open file to another process in a message on a local socket (SCM_RIGHTS, man 7 unix). Both then share the file, with its claim and locks.</summary>
public static unsafe class DescriptorMessage
{
    // CMSG_LEN(sizeof(int)), man 3 cmsg.
    private const nuint RightsLength = 20;

    /// <summary>Sends one message. Throws <see cref="LinuxException"/>.</summary>
    /// <param name="socket">A local socket.</param>
    /// <param name="text">The message's text, at least one byte.</param>
    /// <param name="file">The file to pass; null for none.</param>
    public static void Send(Socket socket, ReadOnlySpan<byte> text, SafeHandle? file = null)
    {
        var isReferenced = false;
        try
        {
            file?.DangerousAddRef(ref isReferenced);
            fixed (byte* start = text)
            {
                var part = new Unistd.iovec { iov_base = start, iov_len = (nuint)text.Length };
                var control = new Rights
                {
                    header = new SysSocket.cmsghdr { cmsg_len = RightsLength, cmsg_level = SysSocket.SOL_SOCKET, cmsg_type = SysSocket.SCM_RIGHTS },
                    descriptor = file is null ? -1 : (int)file.DangerousGetHandle(),
                };
                var message = new SysSocket.msghdr { msg_iov = &part, msg_iovlen = 1 };
                if (file is not null)
                {
                    message.msg_control = &control;
                    message.msg_controllen = (nuint)sizeof(Rights);
                }

                while (SysSocket.sendmsg(socket.SafeHandle, &message, SysSocket.MSG_NOSIGNAL) < 0)
                {
                    ThrowUnlessInterrupted("sendmsg");
                }
            }
        }
        finally
        {
            if (isReferenced)
            {
                file!.DangerousRelease();
            }
        }
    }

    /// <summary>Receives one message; returns 0 if the other end is closed. Throws <see cref="LinuxException"/>; EAGAIN if the socket's timeout expired.</summary>
    /// <param name="socket">A local socket.</param>
    /// <param name="text">Receives the message's text.</param>
    /// <param name="file">The file that was passed; null if none. Child processes do not inherit it.</param>
    public static int Receive(Socket socket, Span<byte> text, out SafeFileHandle? file)
    {
        fixed (byte* start = text)
        {
            var part = new Unistd.iovec { iov_base = start, iov_len = (nuint)text.Length };
            var control = new Rights();
            var message = new SysSocket.msghdr { msg_iov = &part, msg_iovlen = 1, msg_control = &control, msg_controllen = (nuint)sizeof(Rights) };
            nint count;
            while ((count = SysSocket.recvmsg(socket.SafeHandle, &message, SysSocket.MSG_CMSG_CLOEXEC)) < 0)
            {
                ThrowUnlessInterrupted("recvmsg");
            }

            var hasFile = message.msg_controllen >= RightsLength && control.header.cmsg_level == SysSocket.SOL_SOCKET && control.header.cmsg_type == SysSocket.SCM_RIGHTS;
            file = hasFile ? new SafeFileHandle(control.descriptor, ownsHandle: true) : null;
            return (int)count;
        }
    }

    /// <summary>Room for one descriptor, CMSG_SPACE(sizeof(int)).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Rights
    {
        public SysSocket.cmsghdr header;
        public int descriptor;
    }

    private static void ThrowUnlessInterrupted(string call)
    {
        var errno = Marshal.GetLastPInvokeError();
        if (errno != Errno.EINTR)
        {
            throw new LinuxException(call, errno);
        }
    }
}
