using Stiefel.Client.Failures;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Text;
using Stiefel.Protocol.Tunnel;

namespace Stiefel.Client.Laptop;

/// <summary>A manifest is the laptop's word, but even its numbers are looked at before anything is built on them.</summary>
internal static class ManifestLimits
{
    /// <summary>Kernel images have 5 to 20 MB; a unified image's section may be larger.</summary>
    public const long MaxKernelBytes = 256L << 20;

    /// <summary>A cpio archive's own limit for a file, and the kernel's for an initrd below 4 GiB.</summary>
    public const long MaxInitrdBytes = 4L << 30;

    private const int HexDigitsOfSha256 = 64;
    private const int MaxMenuSeconds = 600;

    /// <exception cref="ServerException">A number that cannot be.</exception>
    public static void Check(BootManifest manifest)
    {
        if (manifest.Locked is null) // otherwise they come later
        {
            CheckFile("kernel", manifest.Kernel, MaxKernelBytes);
            CheckFile("initrd", manifest.Initrd, MaxInitrdBytes);
        }

        if (manifest.Menu is { } menu)
        {
            CheckMenu(menu);
        }

        if (manifest.Link.KnownProtection is null)
        {
            throw new ServerException($"the laptop wants its link protected by `{PrintableText.Of(manifest.Link.Protection)}`, which this client cannot do: update the stick");
        }

        if (manifest.Link is { KnownProtection: LinkProtection.WireGuard, Mtu: < TunnelPlan.LeastLinkMtu })
        {
            throw new ServerException($"the laptop announces an MTU of {manifest.Link.Mtu}, which a tunnel does not fit into: Link:Mtu must be at least {TunnelPlan.LeastLinkMtu}");
        }
    }

    private static void CheckMenu(EntryMenu menu)
    {
        if (menu.Entries.Count is 0 or > EntryMenu.MaxEntries || menu.Seconds is < 0 or > MaxMenuSeconds
            || menu.Entries.Any(entry => entry.Title.Length > EntryMenu.MaxTextLength || entry.KernelRelease.Length > EntryMenu.MaxTextLength))
        {
            throw new ServerException($"the laptop announces a menu of {menu.Entries.Count} entries for {menu.Seconds} s, which cannot be");
        }
    }

    private static void CheckFile(string name, BootFile file, long limit)
    {
        if (file.Size <= 0 || file.Size > limit)
        {
            throw new ServerException($"the laptop announces a {name} of {file.Size} bytes; 1 to {limit} can be");
        }

        if (file.Sha256.Length != HexDigitsOfSha256 || !file.Sha256.All(char.IsAsciiHexDigitLower))
        {
            throw new ServerException($"the laptop announces no SHA-256 for its {name}");
        }
    }
}
