using Stiefel.BootFiles.Catalog.Images;
using Stiefel.Linux.Files;

namespace Stiefel.Cli.Laptop;

/// <summary>Reads the signers of a kernel image.</summary>
internal static class KernelSignature
{
    /// <summary>The issuers of the certificates of its signatures; none if the file is not signed or not a PE file.</summary>
    public static IReadOnlyList<string> IssuersIn(ConfinedFile file) =>
        [.. AttributeCertificates.Read(file).SelectMany(signature => CertificateNames.IssuersOf(signature)).Distinct(StringComparer.Ordinal)];

    /// <summary>The issuers whose kernels this machine starts, by kexec and by its own shim; none if that is unknown.</summary>
    public static IReadOnlySet<string> TrustedBy(LaptopFacts laptop)
    {
        // The running kernel trusts the key that it was signed with, which is compiled in, and the keys of the firmware and of shim.
        var release = laptop.Kernel.Release;
        string[] own = [$"boot/vmlinuz-{release}", $"lib/modules/{release}/vmlinuz", $"usr/lib/modules/{release}/vmlinuz"];
        var signers = own.Select(file => laptop.Tree.Use(file, IssuersIn)).FirstOrDefault(found => found is { Count: > 0 }) ?? [];
        return signers.Concat(laptop.Firmware.Keys).Concat(laptop.Firmware.MachineOwnerKeys).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>True if Secure Boot is on, and the laptop's own boot loader would not start this kernel, which is there.</summary>
    public static bool IsForeign(LaptopFacts laptop, string kernel) => laptop.Firmware.SecureBoot == SecureBoot.On
        && laptop.Tree.Use(kernel, IssuersIn) is { } issuers && TrustedBy(laptop) is { Count: > 0 } trusted && !issuers.Any(trusted.Contains);
}
