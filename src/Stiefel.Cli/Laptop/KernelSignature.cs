using Stiefel.BootFiles.Catalog.Images;
using Stiefel.Linux.Files;

namespace Stiefel.Cli.Laptop;

/// <summary>Reads the signers of a kernel image.</summary>
internal static class KernelSignature
{
    /// <summary>The issuers of the certificates of its signatures; none if the file is not signed or not a PE file.</summary>
    public static IReadOnlyList<string> IssuersIn(ConfinedFile file) =>
        [.. AttributeCertificates.Read(file).SelectMany(signature => CertificateNames.IssuersOf(signature)).Distinct(StringComparer.Ordinal)];
}
