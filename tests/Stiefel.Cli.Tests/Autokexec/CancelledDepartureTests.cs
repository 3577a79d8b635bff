using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Keys;
using Stiefel.Cli.People;
using Stiefel.Linux.Kexec;
using Stiefel.Linux.Power;
using Stiefel.Linux.Programs;
using Stiefel.Protocol.Discovery;
using Xunit;

namespace Stiefel.Cli.Tests.Autokexec;

/// <summary>A leave that is cancelled: whatever it was about to do, no kernel stays loaded, which holds all keys and which any restart would start.</summary>
public sealed class CancelledDepartureTests : IDisposable
{
    private const string Told = "systemctl kexec";

    private readonly TemporaryDirectory _directory = new();
    private readonly LeavingState _state = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>Also if the system restarts just then for another reason: the kernel would be started by that.</summary>
    [Theory]
    [InlineData("running\n")]
    [InlineData("stopping\n")]
    public async Task Leave_CancelledAtEachMomentBeforeSystemdIsTold_LeavesNoKernelLoaded(string state)
    {
        var all = await LeaveAsync(cancelAt: int.MaxValue, new TrackedKernel(), state);
        Assert.Contains("load", all);
        Assert.Equal(Told, all[^1]);
        for (var moment = 0; moment < all.Count - 1; moment++)
        {
            var kernel = new TrackedKernel();
            var seen = await LeaveAsync(moment, kernel, state);
            Assert.True(!kernel.IsLoaded && !seen.Contains(Told), $"cancelled at {all[moment]}: {string.Join(", ", seen)}");
        }
    }

    [Fact]
    public async Task Leave_CancelledWhileSystemdIsToldAndDoesNotLeave_LeavesNoKernelLoaded()
    {
        var kernel = new TrackedKernel();
        var all = await LeaveAsync(cancelAt: int.MaxValue, new TrackedKernel(), "running\n");
        await LeaveAsync(all.Count - 1, kernel, "running\n");
        Assert.False(kernel.IsLoaded);
    }

    /// <summary>A person's "not now" is like a cancel, up to the moment at which systemd is told, and the laptop goes on listening.</summary>
    [Fact]
    public async Task Leave_RefusedByAPersonAtEachMomentBeforeSystemdIsTold_LeavesNoKernelLoaded()
    {
        var all = await LeaveAsync(cancelAt: int.MaxValue, new TrackedKernel(), "running\n", peopleAt: _directory["leaving"]);
        foreach (var moment in Enumerable.Range(0, all.Count).Where(moment => all[moment] == "load" || all[moment].StartsWith("say stick", StringComparison.Ordinal)))
        {
            var kernel = new TrackedKernel();
            var seen = await LeaveAsync(moment, kernel, "running\n", peopleAt: _directory["leaving"]);
            Assert.True(!kernel.IsLoaded && !seen.Contains(Told), $"refused at {all[moment]}: {string.Join(", ", seen)}");
            Assert.Contains("say the laptop stays: root said \"not now\" at this laptop", seen);
            Assert.Equal(LaptopStage.NotNow, _state.Of("0123456789abcdef")?.Stage);
        }
    }

    // All that a leave does from outside is a moment.
    private async Task<IReadOnlyList<string>> LeaveAsync(int cancelAt, TrackedKernel kernel, string state, string? peopleAt = null)
    {
        var moments = new List<string>();
        using var cancel = new CancellationTokenSource();
        void Pass(string name)
        {
            if (moments.Count == cancelAt && peopleAt is null)
            {
                cancel.Cancel();
            }
            else if (moments.Count == cancelAt)
            {
                Refuse(peopleAt!);
            }

            moments.Add(name);
        }

        var departure = new Departure(Configuration(), new KeyDirectory(_directory["keys"]), line => Pass($"say {line}"))
        {
            ReadPower = () =>
            {
                Pass("power");
                return new PowerJudge(0, 0).Judge([], TimeSpan.Zero);
            },
            PeopleAt = peopleAt,
            State = _state,
            LoadKernel = (_, _, _) =>
            {
                Pass("load");
                kernel.IsLoaded = true;
                return kernel;
            },
            RunAsync = (program, arguments, _, token) =>
            {
                if (arguments[0] == "is-system-running")
                {
                    return Task.FromResult(new ExternalProgramOutput(state, "", 0));
                }

                Pass($"{program} {arguments[0]}");
                return token.IsCancellationRequested ? Task.FromCanceled<ExternalProgramOutput>(token) : Task.FromResult(new ExternalProgramOutput("", "", 0));
            },
        };
        try
        {
            var obstacle = await departure.LeaveAsync("stick", cancel.Token);
            Assert.Equal(cancelAt != int.MaxValue, obstacle is not null);
        }
        catch (OperationCanceledException)
        {
            Assert.NotEqual(int.MaxValue, cancelAt);
        }

        return moments;
    }

    private static void Refuse(string at)
    {
        using var person = PersonsSide.ConnectAsync(at, CancellationToken.None).Result!;
        Assert.Equal("warning", person.ReadAsync(CancellationToken.None).Result?.Word);
        person.RefuseAsync(CancellationToken.None).Wait();

        // It was heard when it cannot be taken back: the laptop says what happens only then.
        Thread.Sleep(TimeLimit.Seconds(1) / 3);
    }

    private StiefelConfiguration Configuration()
    {
        var ramdisk = _directory.Write("ramdisk", "");
        var keys = new KeyDirectory(_directory["keys"]);
        if (!Directory.Exists(keys.Path))
        {
            keys.Create("good");
        }

        return ConfigurationFile.Parse("c", $"boot: {{disk: {ramdisk}}}\nserver-setup: {{stiefelsystem-kernel: {ramdisk}, stiefelsystem-initrd: {ramdisk}}}\nautokexec: {{grace: 0}}\n");
    }

    private sealed class TrackedKernel : ILoadedKernel
    {
        public bool IsLoaded { get; set; }

        public string LoadedBy => "a test";

        public void Execute() => throw new InvalidOperationException("nothing is started");

        public void Unload() => IsLoaded = false;
    }
}
