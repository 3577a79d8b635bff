using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>
/// Keeps an open file in systemd while a service restarts (man 3 sd_notify, FDSTORE=; FileDescriptorStoreMax= in man 5 systemd.service).
/// systemd passes it to the new process like a listening socket. This needs a service of Type=notify, or NotifyAccess=main.
/// </summary>
/// <param name="name">The file's name in the store.</param>
public sealed unsafe class DescriptorStore(string name)
{
    private const int BarrierMilliseconds = 5000;

    /// <summary>The file that was kept under the name since an earlier run; null if there is none.</summary>
    public SafeFileHandle? Find()
    {
        var names = Environment.GetEnvironmentVariable("LISTEN_FDNAMES")?.Split(':') ?? [];
        var at = Array.IndexOf(names, name);
        return at >= 0 && at < ActivatedSockets.Count ? Copied(ActivatedSockets.First + at) : null;
    }

    /// <summary>Keeps this file, in place of any other under the name. Throws <see cref="IOException"/>.</summary>
    public void Keep(SafeHandle file)
    {
        Drop();
        Notify($"FDSTORE=1\nFDNAME={name}\nFDPOLL=0", file);
        Wait();
    }

    /// <summary>Removes the file kept under the name. Throws <see cref="IOException"/>.</summary>
    public void Drop()
    {
        Notify($"FDSTOREREMOVE=1\nFDNAME={name}");
        Wait();
    }

    // Returns a copy and closes the descriptor that systemd passed.
    private static SafeFileHandle? Copied(int number)
    {
        _ = Fcntl.fcntl(number, Fcntl.F_SETFD, Fcntl.FD_CLOEXEC);
        using var handed = new SafeFileHandle(number, ownsHandle: true);
        var copy = Fcntl.fcntl(number, Fcntl.F_DUPFD_CLOEXEC, ActivatedSockets.First);
        return copy >= 0 ? new SafeFileHandle(copy, ownsHandle: true) : null;
    }

    private static void Notify(string text, SafeHandle? file = null)
    {
        var path = Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 1 } given
            ? given
            : throw new IOException("NOTIFY_SOCKET is not set: set NotifyAccess=main in the service's unit");
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path[0] == '@' ? $"\0{path[1..]}" : path));
            DescriptorMessage.Send(socket, Encoding.UTF8.GetBytes(text), file);
        }
        catch (SocketException e)
        {
            throw new IOException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Waits until systemd has processed all messages (man 3 sd_notify_barrier): it closes the pipe passed here when it reaches the barrier.</summary>
    private static void Wait()
    {
        var ends = stackalloc int[2];
        if (Unistd.pipe2(ends, Fcntl.O_CLOEXEC) != 0)
        {
            throw LinuxException.FromLastError("pipe2(O_CLOEXEC)");
        }

        using var read = new SafeFileHandle(ends[0], ownsHandle: true);
        using (var write = new SafeFileHandle(ends[1], ownsHandle: true))
        {
            Notify("BARRIER=1", write);
        }

        var wait = new Poll.pollfd { fd = ends[0], events = Poll.POLLIN };
        if (Poll.poll(&wait, 1, BarrierMilliseconds) <= 0)
        {
            throw new IOException("systemd did not process the service's messages within 5 seconds (BARRIER=1)");
        }
    }
}
