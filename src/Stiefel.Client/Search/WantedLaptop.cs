using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Text;

namespace Stiefel.Client.Search;

/// <summary>Selects among the laptops that know the key: the option `--laptop`.</summary>
/// <param name="Text">A name, or the beginning of an id; null if any will do.</param>
internal sealed record WantedLaptop(string? Text)
{
    // Eight digits are enough to tell ten thousand laptops apart.
    private const int ShownDigits = 8;

    /// <summary>Selects any laptop that answers.</summary>
    public static readonly WantedLaptop Any = new((string?)null);

    /// <summary>True if this laptop may be the one that is meant.</summary>
    public bool Fits(LaptopIdentity laptop) =>
        Text is null || laptop.Name.Equals(Text, StringComparison.OrdinalIgnoreCase) || laptop.Id.StartsWith(Text, StringComparison.OrdinalIgnoreCase);

    /// <summary>Describes a laptop as `wren (id 3f9a12cd)`; `--laptop` accepts either.</summary>
    public static string Describe(LaptopIdentity laptop) =>
        $"{(laptop.Name.Length > 0 ? PrintableText.Of(laptop.Name) : "without a name")} (id {laptop.Id[..ShownDigits]})";
}
