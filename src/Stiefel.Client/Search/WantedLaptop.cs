using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Text;

namespace Stiefel.Client.Search;

/// <summary>Which of the laptops that know the key is meant: `--laptop`.</summary>
/// <param name="Text">A name, or the beginning of an id; null if any will do.</param>
internal sealed record WantedLaptop(string? Text)
{
    // So many digits tell ten thousand laptops apart.
    private const int ShownDigits = 8;

    /// <summary>Whichever answers.</summary>
    public static readonly WantedLaptop Any = new((string?)null);

    /// <summary>True for each laptop that may be meant.</summary>
    public bool Fits(LaptopIdentity laptop) =>
        Text is null || laptop.Name.Equals(Text, StringComparison.OrdinalIgnoreCase) || laptop.Id.StartsWith(Text, StringComparison.OrdinalIgnoreCase);

    /// <summary>`wren (id 3f9a12cd)`; both can be given to `--laptop`.</summary>
    public static string Describe(LaptopIdentity laptop) =>
        $"{(laptop.Name.Length > 0 ? PrintableText.Of(laptop.Name) : "without a name")} (id {laptop.Id[..ShownDigits]})";
}
