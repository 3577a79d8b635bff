using System.Security.Cryptography;
using System.Text;

namespace Stiefel.Cli.Ramdisk.Steps;

/// <summary>Hashes all inputs of a step. The step is repeated exactly when one of them changes.</summary>
internal sealed class StepKey
{
    private readonly StringBuilder _inputs = new();

    /// <param name="name">The step's name.</param>
    /// <param name="version">Version of the step's code; increase it by hand when the code changes the result.</param>
    public StepKey(string name, int version)
    {
        Name = name;
        Add("version", version.ToString());
    }

    public string Name { get; }

    public StepKey Add(string label, string? value)
    {
        // Prefix the length, so that no value can be mistaken for the next label.
        _inputs.Append(label).Append(' ').Append(value?.Length ?? -1).Append(' ').Append(value).Append('\n');
        return this;
    }

    public StepKey Add(string label, IEnumerable<string> values) => Add(label, string.Join('\n', values));

    public StepKey AddFile(string label, string path) => Add(label, ContentHash.OfFile(path));

    public override string ToString() => $"{Name}-{ContentHash.Of(Encoding.UTF8.GetBytes(_inputs.ToString()))[..24]}";
}

/// <summary>SHA-256 as 64 hexadecimal digits.</summary>
internal static class ContentHash
{
    public static string Of(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public static string OfFile(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
