using Stiefel.Linux.Kexec;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Return;

/// <summary>The server's exit code tells its starter what is to be done with the machine; so the server itself needs no right to restart it.</summary>
public sealed class ServerEnd(IHostApplicationLifetime lifetime) : IServerEnd
{
    /// <summary>Switch the machine off.</summary>
    public const int PowerOffCode = 10;

    /// <summary>Restart it.</summary>
    public const int RestartCode = 11;

    private WayOut _way = WayOut.Wait;
    private ILoadedKernel? _home;

    /// <inheritdoc/>
    public void Order(WayOut way, ILoadedKernel? home)
    {
        (_way, _home) = (way, home);
        lifetime.StopApplication();
    }

    /// <summary>What is left to do when the server has ended and the disk is closed.</summary>
    /// <returns>The exit code, if it returns: 0 if nobody ordered anything.</returns>
    public int Finish()
    {
        try
        {
            _home?.Execute();
        }
        catch (IOException e)
        {
            Console.Error.WriteLine($"stiefel-server: the laptop's own kernel does not start: {e.Message}; the firmware starts it instead");
        }

        return _way switch
        {
            WayOut.PowerOff => PowerOffCode,
            WayOut.Restart or WayOut.Kexec => RestartCode,
            _ => 0,
        };
    }
}
