using Stiefel.Linux.Kexec;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Return;

/// <summary>Ends this server, and then the machine's stay in the ramdisk.</summary>
public interface IServerEnd
{
    /// <summary>Returns at once; the server ends in good order, with the disk flushed and closed, and only then this is done.</summary>
    /// <param name="way">What is done then.</param>
    /// <param name="home">The loaded kernel, if that is it.</param>
    void Order(WayOut way, ILoadedKernel? home);
}
