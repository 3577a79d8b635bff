using System.Diagnostics;

namespace Stiefel.Bench;

/// <summary>A server under test, and the way to start it on a loopback port with a file to serve.</summary>
internal sealed record Peer(string Name, Func<string, int, string, ProcessStartInfo> Start)
{
    public const string Ours = "stiefel";
    public const string Before = "before";
    public const string Limit = "limit";

    /// <summary>For a server that goes to the background by itself: the file in the working directory to which it writes its process id.</summary>
    public string? PidFile { get; init; }

    /// <summary>True for another project's server, with which ours is compared.</summary>
    public bool IsForeign => Name is not (Ours or Before or Limit);

    public static IReadOnlyList<Peer> All(BenchOptions options)
    {
        var peers = new List<Peer> { Stiefel(Ours, options.Binaries) };
        if (options.BinariesBefore is { } before)
        {
            peers.Add(Stiefel(Before, before));
        }

        peers.AddRange(Foreign);
        peers.Add(new(Limit, (file, port, _) => Command(Environment.ProcessPath!, "limit", $"{port}", $"{new FileInfo(file).Length}")));
        return peers;
    }

    // Start each as its manual recommends for a raw file, with its default number of threads.
    private static IEnumerable<Peer> Foreign =>
    [
        new("nbdkit", (file, port, _) => Command("nbdkit", "-f", "-i", "127.0.0.1", "-p", $"{port}", "-e", "x", "file", file)),
        new("qemu-nbd", (file, port, _) => Command("qemu-nbd", "-t", "-e", "1024", "-b", "127.0.0.1", "-p", $"{port}", "-x", "x", "-f", "raw", "--cache=writeback", file)),
        new("nbd-server", StartNbdServer) { PidFile = "nbd-server.pid" },
    ];

    private static Peer Stiefel(string name, string binaries)
    {
        var program = Path.GetFullPath(Path.Combine(binaries, "stiefel-server"));
        return new(name, (file, port, work) => Command(program, "--Disk:Path", file, "--Nbd:Access", "open",
            "--Nbd:ExportName", "x", "--Nbd:Listen", $"127.0.0.1:{port}", "--State:Directory", work));
    }

    private static ProcessStartInfo StartNbdServer(string file, int port, string work)
    {
        var config = Path.Combine(work, "nbd-server.conf");
        File.WriteAllText(config, $"[generic]\nport = {port}\nlistenaddr = 127.0.0.1\n[x]\nexportname = {file}\nflush = true\nfua = true\ntrim = true\n");
        return Command("nbd-server", "-C", config, "-p", Path.Combine(work, "nbd-server.pid"));   // no -d: with it the server ends with its first client
    }

    private static ProcessStartInfo Command(string program, params string[] arguments) =>
        new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
}
