using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>Messages on a local socket that carry an open file to another process (SCM_RIGHTS, man 7 unix): it has the same file then, claim, locks and all.</summary>
public static unsafe class DescriptorMessage
{
    // CMSG_LEN(sizeof(int)), man 3 cmsg.
    private const nuint RightsLength = 20;

    /// <summary>Sends one message. Throws <see cref="LinuxException"/>.</summary>
    /// <param name="socket">A local socket.</param>
    /// <param name="text">At least a byte.</param>
    /// <param name="file">Goes with it; null for none.</param>
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

    /// <summary>Receives one message; 0 bytes: the other end is closed. Throws <see cref="LinuxException"/>, EAGAIN when the socket's time is over.</summary>
    /// <param name="socket">A local socket.</param>
    /// <param name="text">Where it goes.</param>
    /// <param name="file">What came with it; null for nothing. No program that is started from here gets it.</param>
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
