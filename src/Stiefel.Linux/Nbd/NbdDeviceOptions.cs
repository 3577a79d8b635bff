namespace Stiefel.Linux.Nbd;

/// <summary>What the kernel's NBD client is told of a device when it is connected (linux/nbd-netlink.h).</summary>
public sealed record NbdDeviceOptions
{
    /// <summary>/dev/nbdN to use; null takes the first free one.</summary>
    public int? Index { get; init; }

    /// <summary>Size in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Logical sector in bytes, a power of two from 512 to 4096: it decides where a partition table is looked for.</summary>
    public required int BlockSize { get; init; }

    /// <summary>The transmission flags the server sent (proto.md#transmission-flags).</summary>
    public required ulong ServerFlags { get; init; }

    /// <summary>A request unanswered for this long makes the kernel give the connection up. Never zero: the kernel would wait 30 s for each.</summary>
    public required TimeSpan RequestTimeout { get; init; }

    /// <summary>How long requests are held without a connection before they fail with EIO; null for as long as the kernel can count.</summary>
    public TimeSpan? DeadConnectionTimeout { get; init; }
}
