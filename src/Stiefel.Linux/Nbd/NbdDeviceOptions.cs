namespace Stiefel.Linux.Nbd;

/// <summary>The settings of a device that are passed to the kernel's NBD client when it is connected (linux/nbd-netlink.h).</summary>
public sealed record NbdDeviceOptions
{
    /// <summary>The number N of the /dev/nbdN to use; null for the first free one.</summary>
    public int? Index { get; init; }

    /// <summary>Size in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Size of a logical sector in bytes, a power of two from 512 to 4096. It decides where the kernel looks for a partition table.</summary>
    public required int BlockSize { get; init; }

    /// <summary>The transmission flags that the server sent (proto.md#transmission-flags).</summary>
    public required ulong ServerFlags { get; init; }

    /// <summary>How long a request may stay unanswered before the kernel gives up the connection. Never zero: the kernel would then wait 30 s for each request.</summary>
    public required TimeSpan RequestTimeout { get; init; }

    /// <summary>How long requests are held without a connection before they fail with EIO; null for the longest time that the kernel supports.</summary>
    public TimeSpan? DeadConnectionTimeout { get; init; }
}
