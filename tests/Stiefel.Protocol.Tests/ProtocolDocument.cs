using System.Globalization;
using System.Text.RegularExpressions;

namespace Stiefel.Protocol.Tests;

/// <summary>Reads the blocks of test vectors and the other fenced blocks in docs/protocol.md.</summary>
internal static partial class ProtocolDocument
{
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "protocol.md");

    public static string Text { get; } = File.ReadAllText(Path);

    /// <summary>Returns all vector blocks of one kind, in order.</summary>
    public static IReadOnlyList<Vector> Vectors(string kind) =>
        [.. Blocks().Matches(Text).Where(m => m.Groups["info"].Value == "vectors " + kind).Select(m => new Vector(m.Groups["body"].Value))];

    /// <summary>Returns the only fenced block with this info string.</summary>
    public static string Block(string info) => Blocks().Matches(Text).Single(m => m.Groups["info"].Value == info).Groups["body"].Value;

    [GeneratedRegex(@"^```(?<info>[a-z -]+)\n(?<body>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();
}

/// <summary>One block with lines `name = value` in hexadecimal; an indented line continues the value before it.</summary>
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
