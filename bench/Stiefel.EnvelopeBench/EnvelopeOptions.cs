using System.Globalization;

namespace Stiefel.EnvelopeBench;

internal sealed record EnvelopeOptions(string OldWay, string? JsonFile, int Rounds, int MegaBytes, IReadOnlyList<int> Cables)
{
    private const string Usage = """
        usage: bench/envelope.sh [--json FILE] [--rounds N] [--mb N] [--no-cables]
          Sealing and opening per core, and the transfer of an initrd from the server's code to the client's, sealed and in plain HTTP
          in turns between the same two processes; beside it the old system's way, python3 with pycryptodome.
          --no-cables   without the rows for links of 1, 2.5, 5 and 10 Gbit/s, which need root
        """;

    /// <summary>Reads the arguments; prints the problem and returns null if they are wrong.</summary>
    public static EnvelopeOptions? Parse(string[] args)
    {
        var options = new EnvelopeOptions("bench/old-envelope.py", null, 5, 200, [1000, 2500, 5000, 10000]);
        for (var i = 0; i < args.Length; i += 2)
        {
            if (args[i] == "--no-cables")
            {
                options = options with { Cables = [] };
                i--;
                continue;
            }

            if (i + 1 == args.Length || With(options, args[i], args[i + 1]) is not { } next)
            {
                Console.Error.WriteLine($"'{args[i]}' is not understood.\n{Usage}");
                return null;
            }

            options = next;
        }

        return options;
    }

    private static EnvelopeOptions? With(EnvelopeOptions options, string name, string value) => (name, Number(value)) switch
    {
        ("--old-way", _) => options with { OldWay = value },
        ("--json", _) => options with { JsonFile = value },
        ("--rounds", > 0 and var n) => options with { Rounds = n },
        ("--mb", > 0 and var n) => options with { MegaBytes = n },
        _ => null,
    };

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0;
}
