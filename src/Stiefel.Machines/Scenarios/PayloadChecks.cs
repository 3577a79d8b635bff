using System.Text.RegularExpressions;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Scenarios;

/// <summary>Checks of the laptop's system while it runs on the desktop. A failed check throws a <see cref="MachineException"/> with what it saw.</summary>
public static partial class PayloadChecks
{
    // "Connection timed out, retrying" is normal in an outage; without ", retrying" the request has failed.
    private const string DiskError = "I/O error|EXT4-fs error|Remounting filesystem read-only|nbd0: Other side returned error|nbd0: Connection timed out$";

    /// <summary>Checks that the root is a partition of the laptop's disk over the cable, mounted read-write.</summary>
    public static async Task<RootMount> RootAsync(ConsoleShell shell, CancellationToken token)
    {
        var root = RootMount.Parse(await shell.RunAsync("findmnt -rno SOURCE,FSTYPE,OPTIONS /", token));
        return root.IsRemote && root.IsWritable
            ? root
            : throw new MachineException($"the desktop's root should be /dev/nbd0p* and read-write, but is {root}");
    }

    /// <summary>Prefix that runs a command in the link's network namespace, where the card is `stiefellink` and the tunnel `stiefeltunnel`.</summary>
    public const string InLink = "nsenter -t $(pgrep -x stiefel-agent) -n";

    /// <summary>Writes a file and syncs it.</summary>
    public static Task WriteAsync(ConsoleShell shell, string path, string content, CancellationToken token)
        => shell.RunAsync($"echo '{content}' > {path} && sync", token);

    /// <summary>Checks that neither kernel arguments nor the process list contain the key or the name of the private export.</summary>
    public static async Task NoSecretAsync(ConsoleShell shell, ReadOnlyMemory<byte> key, CancellationToken token)
    {
        var visible = await shell.RunAsync("cat /proc/cmdline; ps axww -o args", token);
        CheckNoSecret(visible, key.Span);
    }

    /// <summary>Checks that the kernel's log has no I/O error and no file system has become read-only.</summary>
    public static async Task NoDiskErrorAsync(ConsoleShell shell, CancellationToken token)
    {
        await NoErrorInLogAsync(shell, token);
        await RootAsync(shell, token);
    }

    /// <summary>Checks only the kernel's log, wherever the root is.</summary>
    public static async Task NoErrorInLogAsync(ConsoleShell shell, CancellationToken token)
    {
        // Search the log in the machine: printing all of it would take long, and its lines would be mistaken for the machine's own output. Search the
        // result again here, because messages that the kernel prints on the console meanwhile get mixed in.
        var said = await shell.RunAsync($"dmesg | grep -E -i '{DiskError}' || true", token);
        string[] errors = [.. said.Split('\n', StringSplitOptions.TrimEntries).Where(line => Regex.IsMatch(line, DiskError, RegexOptions.IgnoreCase))];
        if (errors.Length > 0)
        {
            throw new MachineException($"the desktop's kernel reports disk errors: {string.Join('\n', errors)}");
        }
    }

    /// <exception cref="MachineException">The text contains a secret.</exception>
    internal static void CheckNoSecret(string text, ReadOnlySpan<byte> key)
    {
        string[] spellings = [Convert.ToHexStringLower(key), Convert.ToHexString(key), Convert.ToBase64String(key)];
        string? line = text.Split('\n').FirstOrDefault(line => Capability().IsMatch(line)
            || spellings.Any(spelling => line.Contains(spelling, StringComparison.Ordinal)));
        if (line is not null)
        {
            throw new MachineException($"every user of the desktop can read a secret: {line.Trim()}");
        }
    }

    // The name of a private export (docs/protocol.md).
    [GeneratedRegex("s-[a-z2-7]{52}")]
    private static partial Regex Capability();
}
