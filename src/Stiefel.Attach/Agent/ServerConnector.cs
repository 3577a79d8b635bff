using System.Net;
using System.Net.Sockets;
using Stiefel.Attach.Console;
using Stiefel.Linux.Errors;
using Stiefel.Nbd.Client;
using Stiefel.Nbd.Wire;
using Stiefel.Protocol.Handover;

namespace Stiefel.Attach.Agent;

/// <summary>Makes every connection to the block server, from the first step to the last: link, address, tunnel, TCP, handshake.</summary>
internal sealed class ServerConnector
{
    private readonly AttachSession _session;
    private readonly IPAddress _server;
    private readonly CableLink _link;
    private readonly LaptopTunnel? _tunnel;
    private readonly CablePackets _packets;
    private readonly AttachLog _log;
    private readonly ConnectionGenerations _generations = new();
    private readonly LaptopGoodbye _goodbye;
    private readonly SleepWatch? _sleep;
    private readonly Lock _raising = new();
    private CableSwitch? _switch;
    private NbdExportInfo? _first;
    private volatile IPEndPoint? _reached;

    /// <summary>The address at which the block server was last reached; null before the first time. Any thread may ask.</summary>
    internal IPEndPoint? Reached => _reached;

    /// <summary>The numbers of connections; questions about notices take theirs from here too.</summary>
    internal ConnectionGenerations Numbers => _generations;

    /// <param name="session">The session agreed with the laptop.</param>
    /// <param name="log">Receives messages for the person.</param>
    /// <param name="interfaceName">The running system's interface to the laptop; null if the agent has one of its own.</param>
    internal ServerConnector(AttachSession session, AttachLog log, string? interfaceName = null)
    {
        (_session, _log) = (session, log);
        _goodbye = new(session, _generations);
        _server = IPAddress.Parse(session.ServerAddress);
        _link = new(CableLink.MacOf(session), session.LargestMtu ?? session.Mtu, log.Say, interfaceName, session.OwnAddress);
        // A running system has its root elsewhere, and may go on sleeping.
        _sleep = interfaceName is null ? new(() => _link.IsThere, log.Fail) : null;
        _packets = new(session.Mtu, session.LargestMtu ?? session.Mtu, log.Say);
        _tunnel = session.Tunnel is { } keys ? new LaptopTunnel(keys, _server, _packets) : null;
    }

    /// <summary>The server's description of the disk when it was first connected; null before.</summary>
    internal NbdExportInfo? First => _first;

    /// <summary>Goes on in the place of an agent that was connected.</summary>
    /// <param name="first">The disk as it was first described.</param>
    /// <param name="reached">The address at which the block server was last reached.</param>
    internal void GoOn(NbdExportInfo first, IPEndPoint? reached)
    {
        (_first, _reached) = (first, reached);
        try
        {
            if (_tunnel is not null && LaptopTunnel.Find() is { } tunnel)
            {
                _packets.Watch(tunnel.Index, tunnel.Mtu);
            }
        }
        catch (LinuxException exception)
        {
            // The next connection begins the watch again.
            _log.Say(exception.Message);
        }
    }

    /// <summary>Uses the other cables to the laptop, too, from now on.</summary>
    /// <param name="link">The namespace of the link, for which the calling thread is in it.</param>
    /// <param name="isTakenOver">True if another agent has used them before.</param>
    internal void UseOthers(LinkNamespace link, bool isTakenOver)
    {
        if (_tunnel is null || link.IsShared || !_server.IsIPv6LinkLocal || _session.Others.Count == 0)
        {
            return;
        }

        var others = _session.Others.Select((other, number) => new OtherCard(other, number + 1, _session.LargestMtu ?? _session.Mtu, isTakenOver)).ToList();
        _switch = new CableSwitch(_session.Mac, RaiseFirst, others, _tunnel, link, _log.Say);
        _switch.Start();
    }

    /// <summary>Checks whether the card is back after a sleep; call it now and then while the connection is not lost.</summary>
    internal void LookAfterSleep() => _sleep?.Look();

    /// <summary>Tries until it is connected, and reports what is missing meanwhile. Throws <see cref="DiskLostException"/> if it was connected before and never can be again.</summary>
    internal ServerConnection Connect(WaitingReport waiting) => Reach(waiting, server => Checked(ServerConnection.Open(server, _session.ExportName, _generations.Next())));

    /// <summary>
    /// Tries until the laptop has confirmed that this desktop is done with the disk. Call it once the kernel has no connection left.
    /// Throws <see cref="GoodbyeRefusedException"/> if the laptop never will confirm it.
    /// </summary>
    internal void SayGoodbye(WaitingReport waiting) => _ = Reach(waiting, server =>
    {
        _goodbye.Say(server);
        return true;
    });

    private T Reach<T>(WaitingReport waiting, Func<IPEndPoint, T> talk)
    {
        var pause = new Backoff();
        var loss = new DiskLossDetector(() => Environment.TickCount64);
        var silence = new TunnelSilence(Answers, () => Environment.TickCount64);
        while (true)
        {
            string missing;
            try
            {
                var state = RaiseFirst();
                if (state.Missing is not null && _switch?.Other is { } other)
                {
                    state = other;
                }

                if (state.Missing is null)
                {
                    var server = EndPoint(state);
                    _packets.WaitForDecision();
                    var result = talk(server);
                    _reached = server;
                    return result;
                }

                missing = state.Missing;
                _ = loss.IsLostAfter(null);
                silence.Broken();
                // Try again soon: looking at the link is cheap, and it should be used as soon as it is there.
                pause = new();
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                missing = exception is SocketException failure ? Describe(failure) : exception.Message;
                if (loss.IsLostAfter(exception) && _first is not null)
                {
                    throw new DiskLostException($"the laptop at {_server} no longer accepts this desktop: another desktop has taken the disk over, the laptop was restarted and lost writes it had acknowledged, or its disk may have changed meanwhile");
                }

                if (_tunnel is not null && _first is not null && silence.TellsAfter(exception))
                {
                    _log.Fail(TunnelSilence.Meaning);
                }
            }

            waiting.Say(missing);
            LookAfterSleep();
            pause.Wait();
        }
    }

    // Two threads look at the card if there are several cables.
    private CableLinkState RaiseFirst()
    {
        lock (_raising)
        {
            return _link.Raise(needsLinkLocal: _server.IsIPv6LinkLocal);
        }
    }

    private IPEndPoint EndPoint(CableLinkState link) => new(_tunnel?.Raise(link.Index, link.Mtu) ?? OnLink(link.Index), _session.Port);

    private IPAddress OnLink(int linkIndex) => _server.IsIPv6LinkLocal ? new IPAddress(_server.GetAddressBytes(), linkIndex) : _server;

    /// <summary>True if something answers at the laptop's address outside the tunnel.</summary>
    private bool Answers()
    {
        try
        {
            using var socket = ServerConnection.Dial(new IPEndPoint(OnLink(RaiseFirst().Index), _session.BootPort));
            return true;
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            return false;
        }
    }

    // An answer, even a refusal, shows that the tunnel works.
    private string Describe(SocketException failure)
    {
        if (failure.SocketErrorCode != SocketError.ConnectionRefused)
        {
            _tunnel?.Renew();
        }

        return $"{_server} port {_session.Port}{(_tunnel is null ? "" : " in the tunnel")}: {new SocketException(failure.ErrorCode).Message}";
    }

    // The kernel keeps the size and flags of the first connection, and must never write to another disk of the same name.
    private ServerConnection Checked(ServerConnection connection)
    {
        _first ??= connection.Export;
        if (SameDisk(_first, connection.Export))
        {
            return connection;
        }

        connection.Dispose();
        throw new IOException($"the server now offers another disk: {Describe(connection.Export)} instead of {Describe(_first)}");
    }

    internal static bool SameDisk(NbdExportInfo first, NbdExportInfo now) =>
        first.Size == now.Size && IsReadOnly(first) == IsReadOnly(now) && now.MinimumBlockSize <= Math.Max(512, first.MinimumBlockSize);

    private static string Describe(NbdExportInfo export) => $"{export.Size} bytes{(IsReadOnly(export) ? ", read-only" : "")}";

    private static bool IsReadOnly(NbdExportInfo export) => export.Flags.HasFlag(TransmissionFlags.ReadOnly);
}
