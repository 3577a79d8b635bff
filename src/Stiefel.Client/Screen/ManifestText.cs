using Stiefel.CommandLine;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Text;

namespace Stiefel.Client.Screen;

/// <summary>Describes a manifest in one line.</summary>
internal static class ManifestText
{
    /// <summary>Describes what would boot: `Debian GNU/Linux 12 of mylaptop, kernel 6.1.0-18-amd64 (8.2 MB), initrd 38.9 MB`.</summary>
    public static string Describe(BootManifest manifest)
    {
        if (manifest.Locked is { } locked)
        {
            return Describe(locked, manifest.Laptop);
        }

        var laptop = manifest.Laptop.Length > 0 ? $" of {manifest.Laptop}" : "";
        var release = manifest.KernelRelease.Length > 0 ? $" {manifest.KernelRelease}" : "";
        return PrintableText.Of($"{manifest.Title}{laptop}, kernel{release} ({DataSize.Megabytes(manifest.Kernel.Size)}), initrd {DataSize.Megabytes(manifest.Initrd.Size)}");
    }

    /// <summary>Describes a locked disk: `/dev/nvme0n1p3 (mydisk) of mylaptop is locked`.</summary>
    public static string Describe(LockedBoot locked, string laptop)
    {
        var label = locked.Label.Length > 0 ? $" ({locked.Label})" : "";
        var owner = laptop.Length > 0 ? $" of {laptop}" : "";
        return PrintableText.Of($"{locked.Device}{label}{owner} is locked");
    }
}
