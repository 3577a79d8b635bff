using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Keys;
using Stiefel.Linux.Kexec;
using Stiefel.Linux.Power;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Cli.Tests.Autokexec;

/// <summary>A leave that is cancelled: whatever it was about to do, no kernel stays loaded, which holds all keys and which any restart would start.</summary>
public sealed class CancelledDepartureTests : IDisposable
{
    private const string Told = "systemctl kexec";

    private readonly TemporaryDirectory _directory = new();

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

    // All that a leave does from outside is a moment.
    private async Task<IReadOnlyList<string>> LeaveAsync(int cancelAt, TrackedKernel kernel, string state)
    {
        var moments = new List<string>();
        using var cancel = new CancellationTokenSource();
        void Pass(string name)
        {
            if (moments.Count == cancelAt)
            {
                cancel.Cancel();
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
            await departure.LeaveAsync("stick", cancel.Token);
            Assert.Equal(int.MaxValue, cancelAt);
        }
        catch (OperationCanceledException)
        {
            Assert.NotEqual(int.MaxValue, cancelAt);
        }

        return moments;
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
