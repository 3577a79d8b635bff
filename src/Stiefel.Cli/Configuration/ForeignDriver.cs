namespace Stiefel.Cli.Configuration;

/// <summary>`initrd.drivers`: kernel modules that are not in the kernel, as an archive of their source.</summary>
/// <param name="Address">http, https, or an absolute path.</param>
/// <param name="Sha256">64 hexadecimal digits of the archive.</param>
internal sealed record ForeignDriver(string Address, string Sha256)
{
    private const int HashLength = 64;

    /// <summary>Reads `ADDRESS SHA256`.</summary>
    /// <param name="text">The text.</param>
    /// <param name="directory">The directory that a relative path starts from.</param>
    /// <param name="problem">The error, if the result is null.</param>
    public static ForeignDriver? Read(string text, string directory, out string problem)
    {
        problem = $"expected an address and the SHA-256 of what is there (sha256sum), such as https://example.org/driver-1.0.tar.gz 0123…, found `{text}`";
        return text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var address, { Length: HashLength } hash] && hash.All(char.IsAsciiHexDigit)
            ? new ForeignDriver(IsRemote(address) ? address : Path.GetFullPath(address, directory), hash.ToLowerInvariant())
            : null;
    }

    /// <summary>True if the archive is fetched over a network.</summary>
    public static bool IsRemote(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);
}
