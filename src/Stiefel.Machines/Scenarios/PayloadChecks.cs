using System.Text.RegularExpressions;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Scenarios;

/// <summary>What must hold in the laptop's system while it runs on the desktop. Each check throws a <see cref="MachineException"/> that says what it saw.</summary>
public static partial class PayloadChecks
{
    // "Connection timed out, retrying" is what surviving an outage looks like; without the second half the request has failed.
    private const string DiskError = "I/O error|EXT4-fs error|Remounting filesystem read-only|nbd0: Other side returned error|nbd0: Connection timed out$";

    /// <summary>Root is a partition of the laptop's disk over the cable, and read-write.</summary>
    public static async Task<RootMount> RootAsync(ConsoleShell shell, CancellationToken token)
    {
        var root = RootMount.Parse(await shell.RunAsync("findmnt -rno SOURCE,FSTYPE,OPTIONS /", token));
        return root.IsRemote && root.IsWritable
            ? root
            : throw new MachineException($"the desktop's root should be /dev/nbd0p* and read-write, but is {root}");
    }

    /// <summary>Writes a file and has it synced.</summary>
    public static Task WriteAsync(ConsoleShell shell, string path, string content, CancellationToken token)
        => shell.RunAsync($"echo '{content}' > {path} && sync", token);

    /// <summary>Neither kernel arguments nor process lists hold the key or the name of the private export.</summary>
    public static async Task NoSecretAsync(ConsoleShell shell, ReadOnlyMemory<byte> key, CancellationToken token)
    {
        var visible = await shell.RunAsync("cat /proc/cmdline; ps axww -o args", token);
        CheckNoSecret(visible, key.Span);
    }

    /// <summary>Neither an I/O error nor a file system that went read-only in the kernel's log.</summary>
    public static async Task NoDiskErrorAsync(ConsoleShell shell, CancellationToken token)
    {
        await NoErrorInLogAsync(shell, token);
        await RootAsync(shell, token);
    }

    /// <summary>The same of the kernel's log alone, wherever the root is.</summary>
    public static async Task NoErrorInLogAsync(ConsoleShell shell, CancellationToken token)
    {
        // Searched there: the whole log would take its time on a serial console, and its lines would be taken for the machine's own. And here once
        // more: what the kernel says on the console this moment comes between.
        var said = await shell.RunAsync($"dmesg | grep -E -i '{DiskError}' || true", token);
        string[] errors = [.. said.Split('\n', StringSplitOptions.TrimEntries).Where(line => Regex.IsMatch(line, DiskError, RegexOptions.IgnoreCase))];
        if (errors.Length > 0)
        {
            throw new MachineException($"the desktop's kernel met disk errors: {string.Join('\n', errors)}");
        }
    }

    /// <exception cref="MachineException">The text holds a secret.</exception>
    internal static void CheckNoSecret(string text, ReadOnlySpan<byte> key)
    {
        string[] spellings = [Convert.ToHexStringLower(key), Convert.ToHexString(key), Convert.ToBase64String(key)];
        string? line = text.Split('\n').FirstOrDefault(line => Capability().IsMatch(line)
            || spellings.Any(spelling => line.Contains(spelling, StringComparison.Ordinal)));
        if (line is not null)
        {
            throw new MachineException($"everyone on the desktop can read a secret: {line.Trim()}");
        }
    }

    // docs/protocol.md: the name of a private export.
    [GeneratedRegex("s-[a-z2-7]{52}")]
    private static partial Regex Capability();
}
