using Stiefel.Linux.Kexec;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Return;

/// <summary>Ends this server, and then lets the machine leave the ramdisk.</summary>
public interface IServerEnd
{
    /// <summary>Starts the end and returns at once: the server stops properly, with the disk flushed and closed, and only then the machine leaves.</summary>
    /// <param name="way">How the machine leaves.</param>
    /// <param name="home">The loaded kernel to start; null for every other way.</param>
    void Order(WayOut way, ILoadedKernel? home);
}
