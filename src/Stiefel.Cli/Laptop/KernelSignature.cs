using Stiefel.BootFiles.Catalog.Images;
using Stiefel.Linux.Files;

namespace Stiefel.Cli.Laptop;

/// <summary>The signers of a kernel image.</summary>
internal static class KernelSignature
{
    /// <summary>The issuers of the certificates that it is signed with; none if it is not signed, or is no PE file.</summary>
    public static IReadOnlyList<string> IssuersIn(ConfinedFile file) =>
        [.. AttributeCertificates.Read(file).SelectMany(signature => CertificateNames.IssuersOf(signature)).Distinct(StringComparer.Ordinal)];
}
