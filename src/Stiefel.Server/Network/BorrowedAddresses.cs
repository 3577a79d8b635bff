using Stiefel.Linux.Dhcp;
using Stiefel.Linux.Network;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Network;

/// <summary>Borrows IPv4 addresses from DHCP servers, for cards without one of their own in the settings. Beside such a server a desktop without a stick can be told what to boot only from an address in its network.</summary>
public sealed class BorrowedAddresses(ServerOptions options, ILogger<BorrowedAddresses> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken token) =>
        new DhcpSetup(options.DhcpClient == DhcpClientUse.Router, HasNoOther, line => logger.Link(line)).RunAsync(token);

    private bool HasNoOther(NetworkLink link) =>
        !options.StaticAddresses.Any(wanted => wanted.Address.GetAddressBytes().Length == 4 && (link.Mac == wanted.Card || link.PermanentMac == wanted.Card));
}
