using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Stiefel.Linux.Dhcp;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Control;
using Stiefel.Server.Configuration;
using Stiefel.Server.Events;

namespace Stiefel.Server.NetBoot;

/// <summary>Serves network boot on one interface for as long as its cable is in.</summary>
/// <param name="link">The interface.</param>
/// <param name="cable">Its IPv4 addresses for network boot.</param>
/// <param name="judge">Decides whether the cable has another DHCP server.</param>
/// <param name="parts">The objects that all interfaces share.</param>
internal sealed class NetBootInterface(NetworkLink link, DhcpCable cable, DhcpJudge judge, NetBootParts parts)
{
    // Kinds of firmware (RFC 4578): BIOS, and UEFI on 64 bits. A server may say what to boot to one of them only.
    private const ushort Bios = 0, Uefi = 7;

    // The kernel announces no link event for a new default route, so look from time to time.
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private TaskCompletionSource _heard = NewSignal();
    private IPAddress? _other, _otherToBoot;
    private ushort _firmware = Uefi;
    private DhcpRole? _role;
    private LinkAddress? _own;
    private Serving? _serving;

    /// <summary>True if the last look found no other DHCP server on the cable.</summary>
    public bool WasAlone => judge.Role == DhcpRole.Alone;

    /// <summary>Looks for other DHCP servers and serves until cancelled.</summary>
    public async Task RunAsync(CancellationToken token)
    {
        try
        {
            using var socket = new EthernetSocket(link.Index, DhcpFrame.EtherType, DhcpFrame.Filter);
            ForgetAddress(); // a killed server may have left it
            var hearing = HearAsync(socket, token);
            while (!token.IsCancellationRequested)
            {
                if (judge.IsDue())
                {
                    Ask(socket, _firmware);
                    Ask(socket, null);
                    _firmware = _firmware == Uefi ? Bios : Uefi;
                }

                _heard = NewSignal();
                await PlayAsync();
                await Task.WhenAny(_heard.Task, hearing, Task.Delay(s_look, token));
                if (hearing.IsCompleted)
                {
                    await hearing;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException { SocketErrorCode: SocketError.NetworkDown } || token.IsCancellationRequested)
        {
            // The cable or the adapter was pulled.
        }
        catch (Exception e) when (e is SocketException or LinuxException or IOException or UnauthorizedAccessException)
        {
            parts.Logger.Failed(link.Name, e.Message);
        }
        finally
        {
            await StopAsync();
        }
    }

    private void Ask(EthernetSocket socket, ushort? firmware) =>
        socket.Send(DhcpFrame.BuildDiscover(link.Mac, RandomCard(), BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))), firmware));

    private async Task HearAsync(EthernetSocket socket, CancellationToken token)
    {
        var buffer = new byte[DhcpFrame.MostBytes];
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, token);
            if (DhcpFrame.TryReadServer(buffer.AsSpan(0, length), out var server, out var saysWhatToBoot) && !server.Equals(cable.Server))
            {
                (_other, _otherToBoot) = (server, saysWhatToBoot ? server : _otherToBoot);
                judge.Hear(saysWhatToBoot);
                _heard.TrySetResult();
            }
        }
    }

    private async Task PlayAsync()
    {
        var role = IsForbidden() ? DhcpRole.Forbidden : judge.Role;
        var own = role == DhcpRole.Beside ? cable.OwnAddress(link.Index) : null;
        if (role == _role && own == _own)
        {
            return;
        }

        await StopAsync();
        (_role, _own) = (role, own);
        if (role == DhcpRole.Alone)
        {
            RouteNetlink.AddAddress(link.Index, cable.Server, DhcpCable.PrefixLength);
            Serve(parts.Configuration.Alone(cable));
        }
        else if (own is not null)
        {
            Serve(parts.Configuration.Beside(link.Name, own));
        }

        var text = Describe(role);
        parts.Logger.Role(link.Name, text);
        parts.Journal.Add(EventTopics.Link, "netboot", $"{link.Name}: {text}");
    }

    private string Describe(DhcpRole role) => role switch
    {
        DhcpRole.Forbidden => "off, since it leads to a router (NetBoot:Dhcp always allows it)",
        DhcpRole.Looking => $"looking for other DHCP servers for {parts.Options.Look.TotalSeconds:0} s",
        DhcpRole.Alone => $"no other DHCP server: a desktop that boots over the network is served, at {cable.Server}",
        DhcpRole.Yielding => $"silent, since {_otherToBoot} says there what a desktop boots",
        _ when _own is not null => $"{_other} gives addresses there: a desktop that boots over the network is only told what to boot",
        _ => $"silent, since {_other} gives addresses there and this laptop has none of its own in that network",
    };

    private void Serve(string configuration)
    {
        var stop = new CancellationTokenSource();
        _serving = new Serving(parts.Dnsmasq.RunAsync(link.Name, configuration, stop.Token), stop);
    }

    private async Task StopAsync()
    {
        if (_serving is { } serving)
        {
            _serving = null;
            await serving.Stop.CancelAsync();
            await serving.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            serving.Stop.Dispose();
        }

        if (_role == DhcpRole.Alone)
        {
            ForgetAddress();
        }

        _role = null;
    }

    private void ForgetAddress() => RouteNetlink.RemoveAddress(link.Index, cable.Server, DhcpCable.PrefixLength);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool IsForbidden() => parts.Options.Dhcp != DhcpService.Always && DefaultRoutes.ListInterfaces().Contains(link.Index);

    // An address that no card has: random, locally administered, unicast.
    private static byte[] RandomCard()
    {
        var card = RandomNumberGenerator.GetBytes(MacAddress.Size);
        card[0] = (byte)((card[0] & 0xfc) | 2);
        return card;
    }

    private sealed record Serving(Task Task, CancellationTokenSource Stop);
}

/// <summary>The objects that network boot shares between all interfaces.</summary>
/// <param name="Options">The settings.</param>
/// <param name="Configuration">Writes the configuration of dnsmasq.</param>
/// <param name="Dnsmasq">Runs the DHCP and TFTP server.</param>
/// <param name="Journal">Records events.</param>
/// <param name="Logger">Writes to the console.</param>
internal sealed record NetBootParts(NetBootOptions Options, DnsmasqConfiguration Configuration, Dnsmasq Dnsmasq, EventJournal Journal, ILogger Logger);
