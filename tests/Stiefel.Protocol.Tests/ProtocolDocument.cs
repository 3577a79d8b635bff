using System.Globalization;
using System.Text.RegularExpressions;

namespace Stiefel.Protocol.Tests;

/// <summary>docs/protocol.md, as the tests read it: its blocks of test vectors and its other fenced blocks.</summary>
internal static partial class ProtocolDocument
{
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "protocol.md");

    public static string Text { get; } = File.ReadAllText(Path);

    /// <summary>All blocks of vectors of one kind, in order.</summary>
    public static IReadOnlyList<Vector> Vectors(string kind) =>
        [.. Blocks().Matches(Text).Where(m => m.Groups["info"].Value == "vectors " + kind).Select(m => new Vector(m.Groups["body"].Value))];

    /// <summary>The one fenced block with this info string.</summary>
    public static string Block(string info) => Blocks().Matches(Text).Single(m => m.Groups["info"].Value == info).Groups["body"].Value;

    [GeneratedRegex(@"^```(?<info>[a-z -]+)\n(?<body>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();
}

/// <summary>One block: `name = value`, hexadecimal, going on where the next line is indented.</summary>
internal sealed partial class Vector
{
    private readonly Dictionary<string, string> _values;

    public Vector(string body) => _values = Entries().Matches(body).ToDictionary(
        m => m.Groups["name"].Value,
        m => m.Groups["value"].Value.Trim());

    public byte[] Bytes(string name) => Convert.FromHexString(string.Concat(_values[name].Where(c => !char.IsWhiteSpace(c))));

    public long Number(string name) => long.Parse(_values[name], CultureInfo.InvariantCulture);

    public string Quoted(string name) => _values[name].Trim('"');

    [GeneratedRegex(@"^(?<name>[a-z0-9-]+) =(?<value>.*(?:\n +.*)*)", RegexOptions.Multiline)]
    private static partial Regex Entries();
}
