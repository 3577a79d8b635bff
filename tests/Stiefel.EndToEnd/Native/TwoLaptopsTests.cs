namespace Stiefel.EndToEnd.Native;

/// <summary>
/// Tests two laptops with the same key, which run `stiefel autokexec --dry-run` at a desktop's two cables, and the real client that calls. A laptop's name
/// and id are those of its system, so each daemon runs in namespaces with its own.
/// </summary>
public sealed class TwoLaptopsTests : IDisposable
{
    private const string Called = "called by stick";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_nothing = TimeSpan.FromSeconds(2);

    private readonly Scratch _scratch = new();
    private readonly Namespaces _spaces = new();

    public TwoLaptopsTests() => _scratch.KeyDirectory("keys", "stick");

    public void Dispose()
    {
        _spaces.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public async Task Call_NobodyAtTheConsole_WakesNoneAndSaysWhichThereAre()
    {
        using var wren = Listen(_spaces.Desktop, "wren");
        using var robin = Listen(_spaces.Router, "robin");
        using var desktop = Boot("--once");

        var line = desktop.WaitForLine("several laptops run their own system", s_limit);
        Assert.Matches(@"robin \(id [0-9a-f]{8}\), wren \(id [0-9a-f]{8}\); none was called: name one with --laptop NAME", line);
        Assert.Equal(3, desktop.WaitForExit(s_limit));
        await Task.Delay(s_nothing, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("called by", wren.Output + robin.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_OneIsNamed_WakesThatAlone()
    {
        using var wren = Listen(_spaces.Desktop, "wren");
        using var robin = Listen(_spaces.Router, "robin");
        using var desktop = Boot("--laptop", "robin");

        robin.WaitForLine(Called, s_limit);
        Assert.Matches(@"stiefel\.Discovery\.LaptopId=[0-9a-f]{16} stiefel\.Boot\.Laptop=robin", robin.WaitForLine("would load", s_limit));
        desktop.WaitForLine("the laptop robin", s_limit);
        await Task.Delay(s_nothing, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("called by", wren.Output, StringComparison.Ordinal);
        Assert.Matches(@"the laptop wren \(id [0-9a-f]{8}\) at \S+ runs its own system, but is not the one that is wanted", desktop.Output);
    }

    /// <summary>Runs the same system at both cables, as if they led to one laptop.</summary>
    [Fact]
    public void Call_OneLaptopAtBothCables_IsWokenWithoutAQuestion()
    {
        using var one = Listen(_spaces.Desktop, "wren");
        using var other = Listen(_spaces.Router, "wren");
        using var desktop = Boot("--once");

        desktop.WaitForLine("runs its own system: called it", s_limit);
        Assert.True(SpinWait.SpinUntil(() => (one.Output + other.Output).Contains(Called, StringComparison.Ordinal), s_limit * TimeLimit.Scale));
        Assert.False(one.Output.Contains(Called, StringComparison.Ordinal) && other.Output.Contains(Called, StringComparison.Ordinal));
    }

    private NativeProcess Listen(string space, string name)
    {
        var number = _scratch[$"{name}-machine-id"];
        File.WriteAllText(number, $"{Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(name)),-32}\n".Replace(' ', '0'));
        var laptop = NativeProcess.Start("ip", "netns", "exec", space, "unshare", "--uts", "sh", "-ec",
            $"hostname {name}; mount --bind {number} /etc/machine-id; exec \"$@\"", "own",
            NativeProcess.Binary("stiefel"), "autokexec", "--dry-run", "--config", _scratch.AutokexecConfiguration("grace: 7"), "--directory", _scratch["keys"]);
        laptop.WaitForLine($"listening for calls with 1 keys, as {name} (", s_limit);
        return laptop;
    }

    private NativeProcess Boot(params string[] options) => Namespaces.Start(
        _spaces.Laptop,
        [
            NativeProcess.Binary("stiefel-client"), "boot", "--until-loading", "--key", Path.Combine(_scratch["keys"], "stick.key"),
            "--attach", NativeProcess.Binary("stiefel-attach"), .. options,
        ]);
}
