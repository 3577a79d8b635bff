using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Network;

/// <summary>
/// A network namespace, with its own interfaces, addresses, filters and network sysctls (man 7 network_namespaces). A thread belongs to one, which
/// threads that it starts inherit; a socket stays in the one where it was made. A namespace needs no name: it exists while a thread, a socket or an object of this class refers to it.
/// </summary>
public sealed class NetworkNamespace : IDisposable
{
    private readonly SafeFileHandle _handle;

    private NetworkNamespace(SafeFileHandle handle) => _handle = handle;

    /// <summary>Opens the calling thread's namespace. Needs no /proc.</summary>
    /// <exception cref="LinuxException">The kernel has no network namespaces (EOPNOTSUPP, ENOTTY), or CAP_NET_ADMIN is missing.</exception>
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

    /// <summary>Takes a namespace that another process has passed on.</summary>
    /// <param name="handle">The descriptor, which belongs to the object from now on.</param>
    public static NetworkNamespace Of(SafeFileHandle handle) => new(handle);

    /// <summary>The descriptor, to be passed to another process; valid until disposal.</summary>
    public SafeHandle Handle => _handle;

    /// <summary>Moves the calling thread into a new, empty namespace; threads that it starts from now on inherit it.</summary>
    /// <exception cref="LinuxException">EINVAL: the kernel has no network namespaces. EPERM: CAP_SYS_ADMIN is missing.</exception>
    public static void Leave()
    {
        if (SysSched.unshare(SysSched.CLONE_NEWNET) != 0)
        {
            throw LinuxException.FromLastError("unshare(CLONE_NEWNET)");
        }
    }

    /// <summary>Moves the calling thread into this namespace; threads that it starts from now on inherit it.</summary>
    /// <exception cref="LinuxException">CAP_SYS_ADMIN is missing.</exception>
    public void Enter()
    {
        if (SysSched.setns(_handle, SysSched.CLONE_NEWNET) != 0)
        {
            throw LinuxException.FromLastError("setns(CLONE_NEWNET)");
        }
    }

    /// <summary>Runs a function in this namespace, and returns the calling thread to its own.</summary>
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

    /// <summary>The descriptor's number, for system calls; valid until disposal.</summary>
    internal int Number => (int)_handle.DangerousGetHandle();

    public void Dispose() => _handle.Dispose();
}
