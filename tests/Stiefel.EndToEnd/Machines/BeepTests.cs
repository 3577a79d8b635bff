using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests the laptop's beeps when its mains fails and its battery runs empty, as recorded from the emulated loudspeaker.</summary>
[Trait("Needs", "machines")]
public sealed class BeepTests(MachineParts parts)
{
    private const string Recording = "beeper.wav";
    private const string Supplies = "/run/power";
    private const int Attempts = 3;
    private const string Program = "/usr/bin/stiefel-server";

    // Longer than the pause between two alarms of an empty battery.
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(13);

    // Longer than any of the alarms.
    private static readonly TimeSpan s_pattern = TimeSpan.FromSeconds(3);

    private static readonly int[] s_heights = [220, 300, 440, 660, 880, 990, 1320, 1760];
    private static readonly int[] s_expected = [440, 880, 1760, 1320, 1760, 1320, 1760, 1320];

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task Laptop_MainsFailsAndBatteryRunsEmpty_BeepsAsDocumentedAndIsSilentWhenTheServerIsKilled() => parts.PlayServingAsync(
        "beeps",
        async (run, laptop) =>
        {
            var recording = new BeeperRecording(Path.Combine(run.WorkDirectory, Recording));
            var shell = await laptop.OpenShellAsync(_token);
            await WatchAsync(laptop, shell);
            Assert.Equal(0, recording.Length);

            recording = await FailMainsAsync(laptop, shell, recording);
            await recording.WaitAsync(tones => IsAtLeast(tones, 1, 440, 300), s_heights, _token);
            await SetAsync(shell, "0", "Discharging", 12);
            await recording.WaitAsync(tones => IsAtLeast(tones, 2, 880, 450), s_heights, _token);
            await SetAsync(shell, "0", "Discharging", 3);
            await recording.WaitAsync(tones => IsAtLeast(tones, s_expected.Length, 1320, 100), s_heights, _token);
            Assert.Equal(s_expected, SinceMainsFailed(recording.Tones(s_heights)).Take(s_expected.Length).Select(tone => tone.Hertz));

            await KillAsync(shell, recording);
            await SilenceWhatAnotherLeftAsync(laptop, shell, recording);
        },
        beeper: Recording);

    /// <summary>
    /// Fails the mains, and returns the recording from there on. The alarm sounds once in five minutes, and an emulator that waits for a processor swallows
    /// tones: if so, the mains comes back and fails again.
    /// </summary>
    private async Task<BeeperRecording> FailMainsAsync(Laptop laptop, ConsoleShell shell, BeeperRecording recording)
    {
        for (var attempt = 1; ; attempt++)
        {
            var alarm = recording.FromNow();
            await SetAsync(shell, "0", "Discharging", 80);
            await laptop.Console.WaitForAsync("stiefel: power: the laptop is on battery", TimeLimits.ServerStart, _token);
            await Task.Delay(s_pattern, _token);
            if (attempt == Attempts || IsAtLeast(alarm.Tones(s_heights), 1, 440, 300))
            {
                return alarm;
            }

            await SetAsync(shell, "1", "Charging", 80);
            await laptop.Console.WaitForAsync("stiefel: power: the laptop is on mains", TimeLimits.ServerStart, _token);
            await Task.Delay(s_pattern, _token);
        }
    }

    // Make the server watch power supplies made of files.
    private async Task WatchAsync(Laptop laptop, ConsoleShell shell)
    {
        await shell.RunAsync($"mkdir -p {Supplies}/AC {Supplies}/BAT0 && echo Mains >{Supplies}/AC/type && echo Battery >{Supplies}/BAT0/type", _token);
        await SetAsync(shell, "1", "Charging", 80);
        await shell.RunAsync($$$"""umask 022; echo '{"Power":{"Supplies":"{{{Supplies}}}","LookSeconds":1}}' >/etc/stiefel/appsettings.json && kill -9 {{{Laptop.ServerProcess}}}""", _token);
        await laptop.Console.WaitForAsync("stiefel: power: the laptop is on mains", TimeLimits.ServerStart, _token);
        await shell.RunAsync("until grep -qx 'PC Speaker' /sys/class/input/event*/device/name 2>/dev/null; do sleep 0.2; done", _token);
    }

    private async Task SetAsync(ConsoleShell shell, string online, string status, int percent) => await shell.RunAsync(
        $"cd {Supplies} && echo {percent} >BAT0/capacity && echo {online} >AC/online && echo {status} >BAT0/status", _token);

    /// <summary>Kills the server in the middle of an alarm, with its program covered so that init cannot restart it: no further alarm may sound.</summary>
    private async Task KillAsync(ConsoleShell shell, BeeperRecording recording)
    {
        await shell.RunAsync($"mount -o bind /dev/null {Program}", _token);
        await recording.WaitAsync(tones => SinceMainsFailed(tones).Count > s_expected.Length, s_heights, _token);
        await shell.RunAsync($"kill -9 {Laptop.ServerProcess}", _token);
        await AssertSilenceAsync(recording);
    }

    /// <summary>Starts a tone on the event device, as a server without a console leaves it when it is killed: the next server must end it first.</summary>
    private async Task SilenceWhatAnotherLeftAsync(Laptop laptop, ConsoleShell shell, BeeperRecording recording)
    {
        await SetAsync(shell, "1", "Charging", 4);
        // A struct input_event without a time: EV_SND, SND_TONE, 300 Hz.
        await shell.RunAsync(
            @"device=$(grep -lx 'PC Speaker' /sys/class/input/event*/device/name | cut -d / -f 5); printf '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\022\0\002\0\054\001\0\0' >/dev/input/$device", _token);
        await recording.WaitAsync(tones => tones[^1] is (300, var length) && length > TimeSpan.FromSeconds(1), s_heights, _token);
        await shell.RunAsync($"umount {Program}", _token);
        await laptop.Console.WaitForAsync("stiefel: power: the laptop is on mains", TimeLimits.ServerStart, _token);
        await AssertSilenceAsync(recording);
        Assert.Equal(300, recording.Tones(s_heights)[^1].Hertz);
    }

    private async Task AssertSilenceAsync(BeeperRecording recording)
    {
        // Let a tone that has begun end.
        await Task.Delay(TimeSpan.FromSeconds(1), _token);
        var length = recording.Length;
        await Task.Delay(s_silence, _token);
        Assert.Equal(length, recording.Length);
    }

    // QEMU writes the end of the tone before, that of the returned mains, with the next one.
    private static IReadOnlyList<(int Hertz, TimeSpan Length)> SinceMainsFailed(IReadOnlyList<(int Hertz, TimeSpan Length)> tones) =>
        [.. tones.SkipWhile(tone => tone.Hertz != s_expected[0])];

    private static bool IsAtLeast(IReadOnlyList<(int Hertz, TimeSpan Length)> all, int count, int hertz, int milliseconds) =>
        SinceMainsFailed(all) is var tones && tones.Count >= count && (tones.Count > count || (tones[^1].Hertz == hertz && tones[^1].Length >= TimeSpan.FromMilliseconds(milliseconds)));
}
