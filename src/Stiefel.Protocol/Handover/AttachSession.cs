using System.Text;

namespace Stiefel.Protocol.Handover;

/// <summary>
/// What `stiefel-attach` needs to reach its disk: the text file /stiefel/session in the appended cpio, mode 0600
/// (docs/protocol.md#session-file). Holds the export's secret name; keep it out of logs.
/// </summary>
public sealed record AttachSession
{
    /// <summary>Path in the payload's initramfs.</summary>
    public const string Path = "/stiefel/session";

    /// <summary>Characters of the whole file.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>The interface that leads to the server, as `52:54:00:12:34:56`.</summary>
    public required string Mac { get; init; }

    /// <summary>IPv6 link-local without zone, or IPv4.</summary>
    public required string ServerAddress { get; init; }

    /// <summary>TCP port of the block server; inside the tunnel, if there is one.</summary>
    public required int Port { get; init; }

    /// <summary>The capability: the NBD export's name.</summary>
    public required string ExportName { get; init; }

    /// <summary>NBD_ATTR_TIMEOUT, seconds, at least 1.</summary>
    public int RequestTimeoutSeconds { get; init; } = 5;

    /// <summary>NBD_ATTR_DEAD_CONN_TIMEOUT, seconds; 0 means for ever.</summary>
    public int DeadConnectionSeconds { get; init; } = 600;

    /// <summary>How long the end of the payload may wait for the laptop, seconds, at least 1; then the machine ends without a goodbye.</summary>
    public int ExitWaitSeconds { get; init; } = 300;

    /// <summary>Bytes.</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>What to exec once the disk is there.</summary>
    public string RealInit { get; init; } = "/init";

    /// <summary>TCP port of the laptop's boot plane, on the link itself: that somebody answers there shows that a laptop serves.</summary>
    public int BootPort { get; init; } = 4644;

    /// <summary>How it ends cleanly; null if the writer of this file knew no goodbye.</summary>
    public GoodbyeSession? Goodbye { get; init; }

    /// <summary>The tunnel over the link; null if its protection is none.</summary>
    public TunnelSession? Tunnel { get; init; }

    /// <summary>The file's text; <see cref="Parse"/> reads it back.</summary>
    /// <exception cref="FormatException">A value that could not be read back.</exception>
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
    /// <exception cref="FormatException">One line: where, what was found, what was expected.</exception>
    public static AttachSession Parse(string text) => SessionFields.Parse(text);

    /// <summary>Everything but the secrets.</summary>
    public override string ToString() => $"{ServerAddress} port {Port} by {Mac}{(Tunnel is null ? "" : $", in {Tunnel}")}";
}
