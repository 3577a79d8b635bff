using System.Globalization;
using System.Text.RegularExpressions;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;

namespace Stiefel.EndToEnd.Machines;

/// <summary>A program on a desktop that writes blocks and syncs each of them, keeps their checksums in memory, and measures the slowest write.</summary>
/// <param name="shell">The desktop's shell.</param>
/// <param name="token">Cancels waiting for it.</param>
internal sealed partial class KeptWriter(ConsoleShell shell, CancellationToken token)
{
    private const string Here = "/dev/shm/writer";

    // Measure by the time since the machine's start, which does not jump. After the first round the programs are in memory, so that only the write waits
    // for the disk and not the start of a program.
    private const string Script = $$"""
        mkdir -p {{Here}}/sums /root/written && cat >{{Here}}/run <<'END'
        now() { read -r up rest </proc/uptime; echo $((10#${up%.*}${up#*.} * 10)); }; longest=0; n=0
        while [ ! -e {{Here}}/stop ]; do
        file=/root/written/$((n % 32)); before=$(now)
        head -c 65536 /dev/urandom >{{Here}}/block && dd if={{Here}}/block of=$file bs=64k conv=fsync status=none || { touch {{Here}}/failed; break; }
        took=$(($(now) - before)); [ $took -le $longest ] || longest=$took
        echo "$(md5sum <{{Here}}/block | cut -d' ' -f1)  $file" >{{Here}}/sums/$((n % 32))
        n=$((n + 1)); echo "$n writes, longest $longest ms" >{{Here}}/now.new; mv {{Here}}/now.new {{Here}}/now
        [ ! -e {{Here}}/again ] || { longest=0; rm {{Here}}/again; }
        done; touch {{Here}}/ended
        END
        setsid bash {{Here}}/run </dev/null >/dev/null 2>&1 &
        """;

    /// <summary>Starts the program; returns once it has written some blocks.</summary>
    public async Task StartAsync()
    {
        await shell.RunAsync(Script, token);
        await MoreAsync();
    }

    /// <summary>Waits until it has written some more; returns the milliseconds of the slowest write since the last call.</summary>
    public async Task<int> MoreAsync()
    {
        var now = await shell.RunAsync(
            $"until [ -e {Here}/now ] || [ -e {Here}/failed ]; do sleep 0.2; done; w=$(cut -d' ' -f1 {Here}/now); until [ $(cut -d' ' -f1 {Here}/now) -ge $((w + 3)) ] || [ -e {Here}/failed ]; do sleep 0.2; done; cat {Here}/now; touch {Here}/again; until [ ! -e {Here}/again ] || [ -e {Here}/failed ]; do sleep 0.2; done",
            token, TimeLimits.Command * 2);
        var longest = Longest().Match(now);
        Assert.True(longest.Success, $"the writer says: {now}");
        return int.Parse(longest.Groups["ms"].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Begins to wait for the write under way, which takes as long as the disk is away, so that what lets it go on can be done meanwhile.</summary>
    public Task BeginNextAsync() => shell.StartAsync(
        $"w=$(cut -d' ' -f1 {Here}/now); until [ $(cut -d' ' -f1 {Here}/now) != $w ] || [ -e {Here}/failed ]; do sleep 0.1; done; [ ! -e {Here}/failed ]", token);

    /// <summary>Returns when the write has ended; fails if it failed.</summary>
    public async Task EndNextAsync()
    {
        var output = await shell.FinishAsync(TimeLimits.Command * 2, token);
        Assert.True(output.ExitCode == 0, $"a write on the desktop failed: {output.Text}");
    }

    /// <summary>Ends the program and checks that no write failed and that everything written is on the disk.</summary>
    public async Task EndAsync()
    {
        await shell.RunAsync($"touch {Here}/stop; until [ -e {Here}/ended ]; do sleep 0.2; done; [ ! -e {Here}/failed ]", token, TimeLimits.Command * 2);
        await shell.RunAsync($"sync; echo 3 >/proc/sys/vm/drop_caches; cat {Here}/sums/* | md5sum -c --quiet", token, TimeLimits.Command * 2);
    }

    [GeneratedRegex(@"\d+ writes, longest (?<ms>\d+) ms")]
    private static partial Regex Longest();
}
