using System.Globalization;

namespace Stiefel.Bench;

internal sealed record BenchOptions(string Binaries, string? BinariesBefore, string? JsonFile, int Rounds, int Seconds, int FileMiB, string? Only, bool WithGrowth)
{
    public const string Usage = """
        usage: bench/nbd.sh [--json FILE] [--rounds N] [--seconds N] [--file-mib N] [--only TEXT] [--growth] [--before DIR]
          Compares stiefel-server with nbdkit, qemu-nbd, nbd-server and a limit server that touches no disk:
          same client (fio's nbd engine), same file, in turns, medians of the rounds.
          --only TEXT   rows whose name holds TEXT, for example --only randread
          --growth      also 1 to 256 connections (stiefel and limit only)
          --before DIR  measure the stiefel-server in DIR too, to see what a change brought
        """;

    /// <summary>Reads the arguments; prints the problem and returns null if they are wrong.</summary>
    public static BenchOptions? Parse(string[] args)
    {
        var options = new BenchOptions("artifacts/bin", null, null, 3, 4, 2048, null, false);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--growth")
            {
                options = options with { WithGrowth = true };
                continue;
            }

            if (i + 1 == args.Length || With(options, args[i], args[i + 1]) is not { } next)
            {
                Console.Error.WriteLine($"'{args[i]}' is not understood.\n{Usage}");
                return null;
            }

            options = next;
            i++;
        }

        return options;
    }

    private static BenchOptions? With(BenchOptions options, string name, string value) => (name, Number(value)) switch
    {
        ("--bin", _) => options with { Binaries = value },
        ("--before", _) => options with { BinariesBefore = value },
        ("--json", _) => options with { JsonFile = value },
        ("--only", _) => options with { Only = value },
        ("--rounds", > 0 and var n) => options with { Rounds = n },
        ("--seconds", > 0 and var n) => options with { Seconds = n },
        ("--file-mib", > 0 and var n) => options with { FileMiB = n },
        _ => null,
    };

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0;
}
