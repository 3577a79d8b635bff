using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Stiefel.Attach.Console;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Nbd;
using Stiefel.Nbd.Client;
using Stiefel.Protocol.Handover;
using Stiefel.Protocol.Notices;

namespace Stiefel.Attach.Agent;

/// <summary>The kernel's device, /dev/nbd0 in a payload, and its connection to the server.</summary>
internal sealed class AttachedDisk : IDisposable
{
    /// <summary>The number of a payload's device.</summary>
    internal const int PayloadsIndex = 0;

    // A connection that ends so soon after it was made was too slow for nobody, and perhaps works: its end may be an earlier one's, announced late.
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(2);

    // Longer than the kernel takes on a busy machine to notice that the laptop has ended a connection.
    private static readonly TimeSpan s_untilNoticed = TimeSpan.FromSeconds(3);

    private readonly int _index;
    private readonly NbdNetlink _kernel;
    private readonly ServerConnector _connector;
    private readonly RequestPatience _patience;
    private readonly AttachLog _log;
    private DeviceQueue? _queue;
    private long _lastLoss;

    // Held while a connection is replaced or the device is disconnected.
    private readonly Lock _changing = new();
    private volatile WaitingReport? _waiting;
    private volatile string? _over;
    private volatile bool _isLost;
    private bool _isAnnounced;

    // True until this process has replaced a connection that another agent made.
    private bool _isTakenOver;

    private AttachedDisk(int index, NbdNetlink kernel, ServerConnector connector, RequestPatience patience, AttachLog log)
    {
        _index = index;
        _kernel = kernel;
        _connector = connector;
        _patience = patience;
        _log = log;
    }

    /// <summary>Connects the device to the laptop's disk; tries for ever and reports what it waits for.</summary>
    internal static AttachedDisk Attach(AttachSession session, LinkNamespace link, AttachLog log)
    {
        var waiting = WaitingReport.WhileBooting(log);
        var pause = new Backoff();
        log.Phase("link");
        while (true)
        {
            NbdNetlink? kernel = null;
            try
            {
                kernel = link.Outside(NbdNetlink.TryOpen)
                    ?? throw new IOException("this kernel has no NBD client: module nbd is neither in the initramfs nor among the drivers that the laptop sent");
                FreeDevice(kernel, log);
                return Make(PayloadsIndex, kernel, new ServerConnector(session, log), session, waiting, log);
            }
            catch (Exception exception) when (exception is IOException or SocketException or UnauthorizedAccessException)
            {
                kernel?.Dispose();
                waiting.Say(exception.Message);
                pause.Wait();
            }
        }
    }

    /// <summary>Attaches the disk to a free device of a running system, and changes nothing else there. Waits for the laptop only.</summary>
    /// <param name="index">The device's number.</param>
    /// <param name="interfaceName">The system's interface to the laptop.</param>
    /// <param name="session">The session agreed with the laptop.</param>
    /// <param name="log">Receives the reasons for waiting.</param>
    /// <exception cref="IOException">The device cannot be made, for example because something else has taken it meanwhile.</exception>
    internal static AttachedDisk AttachBeside(int index, string interfaceName, AttachSession session, AttachLog log)
    {
        var kernel = NbdNetlink.TryOpen() ?? throw new IOException("this kernel has no NBD client: is there a module nbd?");
        try
        {
            return Make(index, kernel, new ServerConnector(session, log, interfaceName), session, WaitingReport.WhileBooting(log), log);
        }
        catch
        {
            kernel.Dispose();
            throw;
        }
    }

    /// <summary>Goes on with a disk in the place of an agent that was killed.</summary>
    internal static AttachedDisk TakeOver(AgentHoldings holdings, AttachLog log)
    {
        var (session, export, kernel) = (holdings.Session!, holdings.Export!, holdings.Kernel!);
        var connector = new ServerConnector(session, log, holdings.Beside?.Interface);
        connector.GoOn(export, holdings.Reached);
        var patience = BlockDeviceOptions.For(session, export).RequestTimeout;
        var disk = new AttachedDisk(holdings.Index, kernel, connector, new RequestPatience(patience), log)
        {
            _isTakenOver = true,
            _isLost = holdings.IsPerhapsLost(),
            _isAnnounced = holdings.IsAnnounced,
            _over = kernel.ListConnected().Contains(holdings.Index) ? null : "the disk has been disconnected",
        };
        if (holdings is { Counters: { } counters, RequestSize: { } size })
        {
            disk._queue = DeviceQueue.GoOn(counters, size, export, patience, log.Say);
        }

        return disk;
    }

    /// <summary>False once the disk has been disconnected, or belongs to another desktop.</summary>
    internal bool IsThere => _over is null;

    /// <summary>Receives true when the connection is lost, and false when it works again.</summary>
    internal Action<bool> Changed { private get; set; } = static _ => { };

    /// <summary>What the stand-by must know of it. The loss comes last: what is told later counts.</summary>
    internal IEnumerable<StandByMessage> Holdings =>
    [
        new(StandByWord.Export, AgentHoldings.Format(_connector.First!)),
        .. _queue?.Holdings ?? [],
        .. _connector.Reached is { } reached ? (StandByMessage[])[new(StandByWord.Back, reached.ToString())] : [],
        .. _isLost ? (StandByMessage[])[new(StandByWord.Lost, "")] : [],
    ];

    /// <inheritdoc cref="ServerConnector.UseOthers"/>
    internal void UseOthers(LinkNamespace link) => _connector.UseOthers(link, _isTakenOver);

    /// <summary>Replaces the connection each time the kernel has given it up, and adapts the size of requests to the cable; never returns.</summary>
    [DoesNotReturn]
    internal void KeepConnected()
    {
        while (true)
        {
            GoOnAfter(() =>
            {
                if (!ReplaceIfLost(_queue?.Interval ?? RequestPatience.Calm))
                {
                    LookAndRelax();
                }
            });
        }
    }

    /// <summary>The state of the connection to the laptop; any thread may ask.</summary>
    private AgentWord Word => _over is { } reason ? new(AgentState.Lost, reason)
        : _waiting is { } waiting ? new(AgentState.Waiting, waiting.Reason)
        : new(AgentState.Connected, "");

    /// <summary>
    /// Disconnects the kernel's device, once nothing uses the disk and all is flushed. Waits until a lost connection has been replaced, because
    /// the laptop must see each connection end.
    /// </summary>
    /// <exception cref="IOException">The disk no longer belongs to this desktop.</exception>
    private void Disconnect()
    {
        lock (_changing)
        {
            if (_over is { } reason)
            {
                throw new IOException(reason);
            }

            _kernel.Disconnect(_index);
            _over = "the disk has been disconnected";
        }
    }

    /// <summary>Makes the sequence that ends the disk on this desktop when its system shuts down.</summary>
    internal FinalGoodbye Goodbye() => new(Disconnect, _connector.SayGoodbye, () => Word, _log);

    /// <summary>Makes a listener for the laptop's notices; it asks for them while the disk is connected.</summary>
    /// <param name="session">The session that this desktop was booted with.</param>
    /// <param name="heard">Receives each notice, on the listener's own thread.</param>
    /// <param name="after">The number of the last notice heard before; 0 for none.</param>
    internal NoticeListener Notices(AttachSession session, Action<Notice> heard, ulong after = 0) =>
        new(session, _connector.Numbers, Laptop, heard, after);

    /// <summary>The address of the laptop's block server; null while the disk is not connected. Any thread may ask.</summary>
    internal IPEndPoint? Laptop() => _over is null && _waiting is null ? _connector.Reached : null;

    public void Dispose()
    {
        _queue?.Dispose();
        _kernel.Dispose();
    }

    private void LookAndRelax()
    {
        _connector.LookAfterSleep();
        lock (_changing)
        {
            if (_over is null)
            {
                _queue?.Look();
                RelaxAfterCalm();
            }
        }
    }

    private void RelaxAfterCalm()
    {
        if (_patience.HasGrown && Environment.TickCount64 - _lastLoss >= (long)RequestPatience.Calm.TotalMilliseconds)
        {
            _patience.Relax();
            _kernel.Reconfigure(_index, [], _patience.Time);
        }
    }

    /// <summary>
    /// Disconnects a device that an agent left connected when it died before it reported to process 1: the kernel would answer EBUSY for ever.
    /// At this time of the boot nothing else can own the device. Runs before the first connection, because to the server a new one ends the old one.
    /// </summary>
    internal static void FreeDevice(AttachLog log)
    {
        using var kernel = NbdNetlink.TryOpen();
        if (kernel is not null)
        {
            FreeDevice(kernel, log);
        }
    }

    private static void FreeDevice(NbdNetlink kernel, AttachLog log)
    {
        try
        {
            if (kernel.ListConnected().Contains(PayloadsIndex))
            {
                log.Say($"/dev/nbd{PayloadsIndex} is still connected, by an agent that died: disconnecting it");
                kernel.Disconnect(PayloadsIndex);
            }
        }
        catch (LinuxException exception)
        {
            // If the device is still in use, CONNECT reports it.
            log.Say(exception.Message);
        }
    }

    private static AttachedDisk Make(int index, NbdNetlink kernel, ServerConnector connector, AttachSession session, WaitingReport waiting, AttachLog log)
    {
        NbdExportInfo export;
        TimeSpan patience;
        using (var connection = connector.Connect(waiting))
        {
            export = connection.Export;
            var options = BlockDeviceOptions.For(session, export, index);
            patience = options.RequestTimeout;
            _ = kernel.Connect(options, [connection.Socket.SafeHandle]);
        }

        var disk = new AttachedDisk(index, kernel, connector, new RequestPatience(patience), log);
        disk.TuneOrDisconnect(export, patience);
        log.Say($"/dev/nbd{index}: {export.Size} bytes from {session}");
        return disk;
    }

    private void TuneOrDisconnect(NbdExportInfo export, TimeSpan requestTimeout)
    {
        try
        {
            _queue = DeviceQueue.TryOpen(BlockDeviceOptions.Sysfs(_index), export, requestTimeout, _log.Say);

            // Tune reads from the disk. If the connection is lost meanwhile, that read waits in the kernel until the second action has made a new one.
            BlockingWork.Run(
                () =>
                {
                    _queue?.Begin();
                    BlockDeviceOptions.Tune(_index);
                },
                () => GoOnAfter(() => ReplaceIfLost(TimeSpan.Zero)));
        }
        catch
        {
            // Free the device for the next try.
            _queue?.Dispose();
            _kernel.Disconnect(_index);
            throw;
        }
    }

    private void GoOnAfter(Action step)
    {
        try
        {
            step();
        }
        catch (Exception exception)
        {
            // Go on after any failure: an agent that ends would lose the disk for good.
            _log.Say($"the agent goes on after: {exception.Message}");
            Thread.Sleep(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Waits until the kernel gives the connection up, and replaces it; false if that did not happen within this time.</summary>
    private bool ReplaceIfLost(TimeSpan atMost)
    {
        // The kernel announces a dead connection only once, so remember it until a new connection has been made.
        if (!_isLost)
        {
            _isLost = _isAnnounced = _kernel.WaitForLinkDead(_index, atMost);
        }

        if (!_isLost)
        {
            return false;
        }

        Changed(true);
        lock (_changing)
        {
            if (_over is null)
            {
                Reconnect();
            }
        }

        (_isLost, _isAnnounced, _isTakenOver, _lastLoss) = (false, false, false, Environment.TickCount64);
        if (_over is null)
        {
            Changed(false);
        }

        return true;
    }

    private void Reconnect()
    {
        _log.Say("the connection to the laptop is lost; the disk waits");
        var waiting = _waiting = WaitingReport.WhileRunning(_log);
        var pause = new Backoff();
        var isSoon = Environment.TickCount64 - _lastLoss < (long)s_soon.TotalMilliseconds;
        while (true)
        {
            try
            {
                using var connection = _connector.Connect(waiting);
                if (!waiting.HasWaited && !_isTakenOver && !isSoon)
                {
                    _patience.Grow();
                }

                HearEnds(_isAnnounced && !isSoon ? TimeSpan.Zero : s_untilNoticed);
                _kernel.Reconfigure(_index, [connection.Socket.SafeHandle], _patience.Time);
                _waiting = null;
                _log.Say($"the connection to the laptop is back after {waiting.Elapsed.TotalSeconds:0.0} s{Patience()}");
                return;
            }
            catch (DiskLostException lost)
            {
                _log.Fail($"{lost.Message}; unsaved work is lost and every use of the disk fails from now on: restart this desktop");
                _over = lost.Message;
                _kernel.Disconnect(_index);
                return;
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                waiting.Say(exception.Message);
                pause.Wait();
            }
        }
    }

    /// <summary>
    /// Hears the end of the old connection, which the laptop has ended for the new one if it still worked. A kernel that has not noticed drops the new one, and an
    /// announcement that is heard later would make the agent replace a connection that works, whose end would be announced late in turn.
    /// </summary>
    private void HearEnds(TimeSpan atMost)
    {
        while (_kernel.WaitForLinkDead(_index, atMost))
        {
            atMost = TimeSpan.Zero;
        }
    }

    private string Patience() => _patience.HasGrown ? $"; its answers may take {_patience.Time.TotalSeconds:0} s now" : "";
}
