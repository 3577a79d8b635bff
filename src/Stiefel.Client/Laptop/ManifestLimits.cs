using Stiefel.Client.Failures;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Text;
using Stiefel.Protocol.Tunnel;

namespace Stiefel.Client.Laptop;

/// <summary>Checks the numbers of a manifest before anything relies on them, although it comes from the laptop.</summary>
internal static class ManifestLimits
{
    /// <summary>Kernel images have 5 to 20 MB; a unified image's section may be larger.</summary>
    public const long MaxKernelBytes = 256L << 20;

    /// <summary>The kernel loads an initrd below 4 GiB, which is also the limit of a file in a cpio archive.</summary>
    public const long MaxInitrdBytes = 4L << 30;

    private const int HexDigitsOfSha256 = 64;
    private const int MaxMenuSeconds = 600;

    /// <exception cref="ServerException">A value is impossible or not supported.</exception>
    public static void Check(BootManifest manifest)
    {
        if (manifest.Locked is null) // the files of a locked laptop are described later
        {
            CheckFile("kernel", manifest.Kernel, MaxKernelBytes);
            CheckFile("initrd", manifest.Initrd, MaxInitrdBytes);
        }

        if (manifest.Menu is { } menu)
        {
            CheckMenu(menu);
        }

        CheckLink(manifest);
    }

    /// <summary>Checks only the values that matter to a client that boots nothing.</summary>
    /// <exception cref="ServerException">A value is impossible or not supported.</exception>
    public static void CheckLink(BootManifest manifest)
    {
        if (manifest.Link.KnownProtection is null)
        {
            throw new ServerException($"the laptop wants its link protected by `{PrintableText.Of(manifest.Link.Protection)}`, which this client cannot do: update the stick");
        }

        if (manifest.Link is { KnownProtection: LinkProtection.WireGuard, Mtu: < TunnelPlan.LeastLinkMtu })
        {
            throw new ServerException($"the laptop announces an MTU of {manifest.Link.Mtu}, which is too small for a tunnel: Link:Mtu must be at least {TunnelPlan.LeastLinkMtu}");
        }
    }

    /// <summary>Leaves the size of large packets out of a grant if it is none that this desktop offered, or no larger than the usual one.</summary>
    /// <param name="grant">The laptop's grant.</param>
    /// <param name="offered">The largest MTU that the desktop offered, in bytes; null if it offered none.</param>
    /// <param name="link">The link's usual parameters.</param>
    public static ExportGrant WithOfferedMtu(ExportGrant grant, int? offered, LinkParameters link) =>
        grant.Tunnel is { LargestMtu: { } largest } tunnel && !(largest > link.Mtu && largest <= offered)
            ? grant with { Tunnel = tunnel with { LargestMtu = null } }
            : grant;

    private static void CheckMenu(EntryMenu menu)
    {
        if (menu.Entries.Count is 0 or > EntryMenu.MaxEntries || menu.Seconds is < 0 or > MaxMenuSeconds
            || menu.Entries.Any(entry => entry.Title.Length > EntryMenu.MaxTextLength || entry.KernelRelease.Length > EntryMenu.MaxTextLength))
        {
            throw new ServerException($"the laptop announces a menu of {menu.Entries.Count} entries for {menu.Seconds} s, which is impossible");
        }
    }

    private static void CheckFile(string name, BootFile file, long limit)
    {
        if (file.Size <= 0 || file.Size > limit)
        {
            throw new ServerException($"the laptop announces a {name} of {file.Size} bytes; expected 1 to {limit}");
        }

        if (file.Sha256.Length != HexDigitsOfSha256 || !file.Sha256.All(char.IsAsciiHexDigitLower))
        {
            throw new ServerException($"the laptop announces no valid SHA-256 for its {name}");
        }
    }
}
