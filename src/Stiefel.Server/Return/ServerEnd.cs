using Stiefel.Linux.Kexec;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Return;

/// <summary>Tells the program that started the server, by the exit code, what to do with the machine; so the server needs no right to restart it.</summary>
public sealed class ServerEnd(IHostApplicationLifetime lifetime) : IServerEnd
{
    /// <summary>The exit code that asks to switch the machine off.</summary>
    public const int PowerOffCode = 10;

    /// <summary>The exit code that asks to restart the machine.</summary>
    public const int RestartCode = 11;

    private WayOut _way = WayOut.Wait;
    private ILoadedKernel? _home;

    /// <inheritdoc/>
    public void Order(WayOut way, ILoadedKernel? home)
    {
        (_way, _home) = (way, home);
        lifetime.StopApplication();
    }

    /// <summary>Does what is left when the server has ended and the disk is closed: starts the loaded kernel if there is one.</summary>
    /// <returns>The exit code, if no kernel was started: 0 if no end was ordered.</returns>
    public int Finish()
    {
        try
        {
            _home?.Execute();
        }
        catch (IOException e)
        {
            Console.Error.WriteLine($"stiefel-server: the laptop's own kernel could not be started: {e.Message}; the firmware starts it instead");
        }

        return _way switch
        {
            WayOut.PowerOff => PowerOffCode,
            WayOut.Restart or WayOut.Kexec => RestartCode,
            _ => 0,
        };
    }
}
