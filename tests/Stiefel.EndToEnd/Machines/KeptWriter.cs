using System.Globalization;
using System.Text.RegularExpressions;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;

namespace Stiefel.EndToEnd.Machines;

/// <summary>A program on a desktop that writes blocks and syncs each, keeps their checksums in memory, and knows how long the longest took.</summary>
/// <param name="shell">The desktop's.</param>
/// <param name="token">Ends it.</param>
internal sealed partial class KeptWriter(ConsoleShell shell, CancellationToken token)
{
    private const string Here = "/dev/shm/writer";

    // Time is that since the start, which nobody sets. The programs are in memory after the first round, so that it is a write that waits for the disk, and not the start of one of them.
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

    /// <summary>Begins; returns when it has written some.</summary>
    public async Task StartAsync()
    {
        await shell.RunAsync(Script, token);
        await MoreAsync();
    }

    /// <summary>Waits until it has written some more, and tells how long the longest took since this was asked last, in milliseconds.</summary>
    public async Task<int> MoreAsync()
    {
        var now = await shell.RunAsync(
            $"until [ -e {Here}/now ] || [ -e {Here}/failed ]; do sleep 0.2; done; w=$(cut -d' ' -f1 {Here}/now); until [ $(cut -d' ' -f1 {Here}/now) -ge $((w + 3)) ] || [ -e {Here}/failed ]; do sleep 0.2; done; cat {Here}/now; touch {Here}/again; until [ ! -e {Here}/again ] || [ -e {Here}/failed ]; do sleep 0.2; done",
            token, TimeLimits.Command * 2);
        var longest = Longest().Match(now);
        Assert.True(longest.Success, $"the writer says: {now}");
        return int.Parse(longest.Groups["ms"].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Waits for the write that is under way, which takes as long as the disk is away.</summary>
    public Task NextAsync() => shell.RunAsync(
        $"w=$(cut -d' ' -f1 {Here}/now); until [ $(cut -d' ' -f1 {Here}/now) != $w ] || [ -e {Here}/failed ]; do sleep 0.1; done", token, TimeLimits.Command * 2);

    /// <summary>Ends it: nothing failed, and what it wrote is on the disk as it was written.</summary>
    public async Task EndAsync()
    {
        await shell.RunAsync($"touch {Here}/stop; until [ -e {Here}/ended ]; do sleep 0.2; done; [ ! -e {Here}/failed ]", token, TimeLimits.Command * 2);
        await shell.RunAsync($"sync; echo 3 >/proc/sys/vm/drop_caches; cat {Here}/sums/* | md5sum -c --quiet", token, TimeLimits.Command * 2);
    }

    [GeneratedRegex(@"\d+ writes, longest (?<ms>\d+) ms")]
    private static partial Regex Longest();
}
