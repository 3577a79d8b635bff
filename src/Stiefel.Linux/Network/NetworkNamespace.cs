using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Network;

/// <summary>
/// Interfaces, addresses, filters and network sysctls of their own (man 7 network_namespaces). A thread is in one of them, and those that it starts are
/// in the same; a socket stays where it was made. It lives as long as a thread, a socket or an object of this class is left of it: it needs no name.
/// </summary>
public sealed class NetworkNamespace : IDisposable
{
    private readonly SafeFileHandle _handle;

    private NetworkNamespace(SafeFileHandle handle) => _handle = handle;

    /// <summary>The calling thread's. Needs no /proc.</summary>
    /// <exception cref="LinuxException">The kernel has none (EOPNOTSUPP, ENOTTY), or CAP_NET_ADMIN is missing.</exception>
    public static NetworkNamespace OfThisThread()
    {
        using var socket = SysSocket.socket(SysSocket.AF_NETLINK, SysSocket.SOCK_RAW | SysSocket.SOCK_CLOEXEC, LinuxNetlink.NETLINK_ROUTE);
        if (socket.IsInvalid)
        {
            throw LinuxException.FromLastError("socket(AF_NETLINK)");
        }

        var handle = SysSched.ioctl_descriptor(socket, SysSched.SIOCGSKNS);
        if (handle.IsInvalid)
        {
            var failure = LinuxException.FromLastError("ioctl(SIOCGSKNS)");
            handle.Dispose();
            throw failure;
        }

        return new NetworkNamespace(handle);
    }

    /// <summary>Takes the calling thread into a new, empty one, and with it all threads that it starts from now on.</summary>
    /// <exception cref="LinuxException">EINVAL: the kernel has none. EPERM: CAP_SYS_ADMIN is missing.</exception>
    public static void Leave()
    {
        if (SysSched.unshare(SysSched.CLONE_NEWNET) != 0)
        {
            throw LinuxException.FromLastError("unshare(CLONE_NEWNET)");
        }
    }

    /// <summary>Takes the calling thread into it, and with it all threads that it starts from now on.</summary>
    /// <exception cref="LinuxException">CAP_SYS_ADMIN is missing.</exception>
    public void Enter()
    {
        if (SysSched.setns(_handle, SysSched.CLONE_NEWNET) != 0)
        {
            throw LinuxException.FromLastError("setns(CLONE_NEWNET)");
        }
    }

    /// <summary>Does something in it, and takes the calling thread back to where it was.</summary>
    public T Run<T>(Func<T> work)
    {
        using var before = OfThisThread();
        Enter();
        try
        {
            return work();
        }
        finally
        {
            before.Enter();
        }
    }

    /// <summary>For the kernel, as long as the object is not disposed of.</summary>
    internal int Number => (int)_handle.DangerousGetHandle();

    public void Dispose() => _handle.Dispose();
}
