using System.Text;
using Stiefel.Protocol.Boot;

namespace Stiefel.Protocol.Handover;

/// <summary>
/// The parameters with which `stiefel-attach` reaches its disk: the text file /stiefel/session in the appended cpio, mode 0600
/// (docs/protocol.md#session-file). It contains the export's secret name; keep it out of logs.
/// </summary>
public sealed record AttachSession
{
    /// <summary>The file's path in the payload's initramfs.</summary>
    public const string Path = "/stiefel/session";

    /// <summary>Largest size of the file, in characters.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>Hardware address of the interface that leads to the server, as `52:54:00:12:34:56`.</summary>
    public required string Mac { get; init; }

    /// <summary>The server's address: IPv6 link-local without a zone, or IPv4.</summary>
    public required string ServerAddress { get; init; }

    /// <summary>The desktop's own IPv4 address and prefix length, `169.254.7.8/16`, if the server's is IPv4; null if the kernel gives the interface what it needs.</summary>
    public string? OwnAddress { get; init; }

    /// <summary>TCP port of the block server, inside the tunnel if there is one.</summary>
    public required int Port { get; init; }

    /// <summary>The capability: the NBD export's name.</summary>
    public required string ExportName { get; init; }

    /// <summary>The kernel's NBD_ATTR_TIMEOUT in seconds, at least 1.</summary>
    public int RequestTimeoutSeconds { get; init; } = 5;

    /// <summary>The kernel's NBD_ATTR_DEAD_CONN_TIMEOUT in seconds; 0 means for ever.</summary>
    public int DeadConnectionSeconds { get; init; } = 600;

    /// <summary>How long a shutdown may wait for the laptop, in seconds, at least 1; afterwards the machine ends without a goodbye.</summary>
    public int ExitWaitSeconds { get; init; } = 300;

    /// <summary>Maximum transmission unit of the link, in bytes.</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>A larger MTU that both ends' drivers can do, to be used as long as such packets arrive; null for none. Only with a tunnel.</summary>
    public int? LargestMtu { get; init; }

    /// <summary>The text of <see cref="Others"/>; null if there is one cable only.</summary>
    public string? OtherLinks { get; init; }

    /// <summary>The other cables to the laptop, the fastest first. Only with a tunnel.</summary>
    public IReadOnlyList<OtherLink> Others => SessionFields.ReadOthers(OtherLinks);

    /// <summary>If the payload may use the network behind the link's card; never if the program that wrote this file did not know of it.</summary>
    public LinkInternet Internet { get; init; } = LinkInternet.No;

    /// <summary>Path of the program to exec once the disk is attached.</summary>
    public string RealInit { get; init; } = "/init";

    /// <summary>TCP port of the laptop's boot plane, on the link itself; an answer there shows that a laptop serves.</summary>
    public int BootPort { get; init; } = 4644;

    /// <summary>The data for a clean end; null if the program that wrote this file did not support it.</summary>
    public GoodbyeSession? Goodbye { get; init; }

    /// <summary>The tunnel over the link; null if the link is not protected.</summary>
    public TunnelSession? Tunnel { get; init; }

    /// <summary>Returns the file's text, which <see cref="Parse"/> reads back.</summary>
    /// <exception cref="FormatException">A value could not be read back.</exception>
    public string Format()
    {
        var text = new StringBuilder();
        text.Append(SessionFields.Version).Append("=1\n");
        foreach (var field in SessionFields.Of(this))
        {
            text.Append(field.Name).Append('=').Append(field.Get(this)).Append('\n');
        }

        var result = text.ToString();
        _ = Parse(result);
        return result;
    }

    /// <summary>Reads the file's text.</summary>
    /// <exception cref="FormatException">The text is malformed; the message says where, and what was expected.</exception>
    public static AttachSession Parse(string text) => SessionFields.Parse(text);

    /// <summary>Everything but the secrets.</summary>
    public override string ToString() => $"{ServerAddress} port {Port} by {Mac}{(Tunnel is null ? "" : $", in {Tunnel}")}";
}
