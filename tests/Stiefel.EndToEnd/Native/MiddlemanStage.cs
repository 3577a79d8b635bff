using System.Net;

namespace Stiefel.EndToEnd.Native;

/// <summary>A laptop that serves and a desktop, each the published program in a network namespace of its own; only the man in the middle connects them.</summary>
public sealed class MiddlemanStage : IDisposable
{
    /// <summary>The paths that a boot requests, in this order.</summary>
    internal static readonly string[] Messages = [MiddlemanBytes.Hello, "/v1/machine", "/v1/kernel", "/v1/initrd", "/v1/modules", "/v1/export"];

    /// <summary>The path that a boot requests if it fails after the last of them.</summary>
    internal const string Release = "/v1/release";

    /// <summary>The paths that a fetch requests, in this order.</summary>
    internal static readonly string[] Fetched = [MiddlemanBytes.Hello, "/v1/kernel", "/v1/initrd"];

    /// <summary>Stands for all paths.</summary>
    internal const string Everything = "*";

    private const int KernelSize = 150_000;
    private const int InitrdSize = 200_001;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
    private static readonly IPEndPoint s_middle = new(IPAddress.Parse("10.61.1.1"), 4644);

    private readonly Scratch _scratch = new();
    // The man in the middle takes the laptop's place, which has two cables; the laptop is in the router's place, at the far end of one of them.
    private readonly Namespaces _spaces = new();
    private readonly List<NativeProcess> _servers = [];
    private int _runs;

    public MiddlemanStage()
    {
        AddAddress(_spaces.Desktop, "far", "10.61.1.2");
        AddAddress(_spaces.Laptop, "cable0", s_middle.Address.ToString());
        AddAddress(_spaces.Laptop, "wan0", "10.61.2.1");
        AddAddress(_spaces.Router, "far", Laptop.Address.ToString());
        AddAddress(_spaces.Router, "far", OtherLaptop.Address.ToString());
        Middle = new Middleman(_spaces.Laptop, s_middle, Laptop);
        _scratch.KeyDirectory("keys", "stick");
        Server = Serve("laptop", "keys", Laptop);
    }

    internal static IPEndPoint Laptop { get; } = new(IPAddress.Parse("10.61.2.2"), 4644);

    internal static IPEndPoint OtherLaptop { get; } = new(IPAddress.Parse("10.61.2.3"), 4644);

    internal Middleman Middle { get; }

    /// <summary>The namespace of the man in the middle.</summary>
    internal string Space => _spaces.Laptop;

    internal Scratch Files => _scratch;

    internal NativeProcess Server { get; private set; }

    public void Dispose()
    {
        Middle.Dispose();
        _servers.ForEach(server => server.Dispose());
        _spaces.Dispose();
        _scratch.Dispose();
    }

    /// <summary>Starts a laptop's server with boot files of its own.</summary>
    internal NativeProcess Serve(string name, string keys, IPEndPoint listen)
    {
        Directory.CreateDirectory(_scratch["modules"]);
        File.WriteAllText(_scratch["modules/modules.dep"], "");
        var server = Namespaces.Start(_spaces.Router, NativeProcess.Binary("stiefel-server"),
            "--Boot:Kernel", Content($"{name}-kernel", KernelSize), "--Boot:Initrd", Content($"{name}-initrd", InitrdSize), "--Boot:Modules", _scratch["modules"],
            "--Boot:CommandLine", "root=/dev/vda1 rw", "--Disk:Path", Content($"{name}-disk", 1 << 20), "--Disk:Snapshot", "memory", "--Keys:Directory", _scratch[keys],
            "--Http:Listen", $"{listen}", "--Nbd:Listen", $"{listen.Address}:10809", "--Admin:Listen", "none", "--Discovery:Enabled", listen == Laptop ? "true" : "false",
            "--Link:Protection", "none", "--State:Directory", _scratch[$"{name}-state"]);
        _servers.Add(server);
        server.WaitForLine("stiefel: phase serving", s_limit);
        return server;
    }

    /// <summary>Kills the laptop's server and starts it again.</summary>
    internal void Restart()
    {
        Server.Kill();
        Server = Serve("laptop", "keys", Laptop);
    }

    /// <summary>Ends the laptop's server and starts the daemon that listens for calls, as if the laptop ran its own system.</summary>
    internal NativeProcess ListenForCalls()
    {
        Server.Kill();
        var laptop = Namespaces.Start(
            _spaces.Router, NativeProcess.Binary("stiefel"), "autokexec", "--dry-run", "--config", _scratch.AutokexecConfiguration("grace: 7"), "--directory", _scratch["keys"]);
        _servers.Add(laptop);
        laptop.WaitForLine("listening for calls with 1 keys", s_limit);
        return laptop;
    }

    internal NativeProcess StartClient(params string[] arguments) => Namespaces.Start(_spaces.Desktop, [NativeProcess.Binary("stiefel-client"), .. arguments]);

    /// <summary>The paths that a run requests if this path is attacked: those of a fetch where that is enough, else those of a boot.</summary>
    internal static string[] MessagesOf(string path) => Array.IndexOf(Messages, path) < 0 || Array.IndexOf(Fetched, path) >= 0 ? Fetched : Messages;

    /// <summary>Runs a boot, or a fetch where that is enough, while the man in the middle handles the requests for one path.</summary>
    internal MiddlemanRun Run(string path, Func<Asked, Task<Answered?>> act, string key = "keys/stick.key")
    {
        var directory = _scratch[$"out{++_runs}"];
        string[] verb = MessagesOf(path) == Fetched ? ["fetch", "--out", directory] : ["boot", "--until-loading", "--once", "--attach", NativeProcess.Binary("stiefel-attach")];
        Middle.Requests.Clear();
        Middle.Answers.Clear();
        Middle.Problems.Clear();
        Middle.Act = asked => path == Everything || asked.Path == path ? act(asked) : Middle.ForwardAsync(asked);
        using var client = StartClient([.. verb, "--server", $"{s_middle}", "--key", _scratch[key]]);
        var code = client.WaitForExit(s_limit);
        Middle.Act = Middle.ForwardAsync;
        Assert.Empty(Middle.Problems);
        return new MiddlemanRun(code, client.Output, directory);
    }

    /// <summary>Runs the client with an attack that it must notice: it must report it in one line, and keep no file that was changed.</summary>
    internal void AssertRefused(string path, Func<Asked, Task<Answered?>> act, string what, string key = "keys/stick.key")
    {
        var acted = false;
        var run = Run(path, asked =>
        {
            acted = true;
            return act(asked);
        }, key);
        Assert.True(acted, $"{path}, {what}: it was never asked\n{run.Output}");
        Assert.True(run.ExitCode == 1, $"{path}, {what}: exit {run.ExitCode}\n{run.Output}");
        Assert.True(run.Errors.Count() == 1 && !run.Output.Contains("   at ", StringComparison.Ordinal), $"{path}, {what}: more than a line\n{run.Output}");
        Assert.DoesNotContain("phase granted", run.Output, StringComparison.Ordinal);
        // Each file is verified by itself, so the kernel stays if the initrd failed.
        Assert.Equal(path == "/v1/initrd" ? ["kernel"] : [], run.Files);
        Assert.All(run.Files, file => Assert.True(IsTrue(run, file), $"{path}, {what}: a wrong {file}"));
    }

    /// <summary>Checks that the laptop's server still runs, and that an undisturbed desktop gets its files.</summary>
    internal void AssertServes(string name = "laptop")
    {
        Assert.False(Server.HasExited);
        AssertFetched(Run("", Middle.ForwardAsync), name);
    }

    internal void AssertFetched(MiddlemanRun run, string name = "laptop")
    {
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.True(IsTrue(run, "kernel", name) && IsTrue(run, "initrd", name), run.Output);
    }

    private bool IsTrue(MiddlemanRun run, string file, string name = "laptop") =>
        File.ReadAllBytes(Path.Combine(run.DirectoryPath, file)).AsSpan().SequenceEqual(File.ReadAllBytes(_scratch[$"{name}-{file}"]));

    private string Content(string name, long size) => File.Exists(_scratch[name]) ? _scratch[name] : _scratch.RandomFile(name, size);

    private static void AddAddress(string space, string link, string address) => NativeProcess.Run(0, "ip", "-n", space, "address", "add", $"{address}/24", "dev", link);
}
