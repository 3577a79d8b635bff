using System.Runtime.InteropServices;
using Stiefel.Linux.Processes;

namespace Stiefel.Server;

/// <summary>
/// Ends the server when its terminal is closed or its limit of processor time is reached, as SIGTERM does: connections are dropped and the disk is flushed.
/// A server that was started by nohup keeps running when the terminal is closed.
/// </summary>
public sealed class HangUp(IHostApplicationLifetime lifetime) : IHostedService, IDisposable
{
    // man 7 signal; .NET's enumeration names only some.
    private const PosixSignal ProcessorTimeLimit = (PosixSignal)24;

    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken token)
    {
        if (!ProcessSignals.IsHangUpIgnored())
        {
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop));
        }

        _registrations.Add(PosixSignalRegistration.Create(ProcessorTimeLimit, Stop));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken token) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        lifetime.StopApplication();
    }
}
