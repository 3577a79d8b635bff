using System.Globalization;

namespace Stiefel.EndToEnd.Native;

/// <summary>Reads the tables of docs/security.md.</summary>
internal static class SecurityDocument
{
    // The capabilities that the tables may name, with their numbers in linux/capability.h.
    private static readonly Dictionary<string, int> s_capabilities = new(StringComparer.Ordinal)
    {
        ["CAP_DAC_OVERRIDE"] = 1,
        ["CAP_KILL"] = 5,
        ["CAP_SETGID"] = 6,
        ["CAP_SETUID"] = 7,
        ["CAP_LINUX_IMMUTABLE"] = 9,
        ["CAP_NET_BIND_SERVICE"] = 10,
        ["CAP_NET_ADMIN"] = 12,
        ["CAP_NET_RAW"] = 13,
        ["CAP_IPC_LOCK"] = 14,
        ["CAP_SYS_MODULE"] = 16,
        ["CAP_SYS_ADMIN"] = 21,
        ["CAP_SYS_BOOT"] = 22,
        ["CAP_SYS_RESOURCE"] = 24,
        ["CAP_SYS_TTY_CONFIG"] = 26,
        ["CAP_CHOWN"] = 0,
        ["CAP_MKNOD"] = 27,
    };

    public static string Checkout { get; } = FindCheckout();

    public static string Text { get; } = File.ReadAllText(Path.Combine(Checkout, "docs/security.md"));

    /// <summary>Returns a program's capabilities in the form of /proc/PID/status.</summary>
    /// <param name="programs">The program's name, and what it runs with, as `stiefel-server with DHCP`.</param>
    public static string Capabilities(params string[] programs)
    {
        Assert.All(programs, program => Assert.Contains(Rows("## Privileges"), row => row[0] == program));
        var set = Rows("## Privileges").Where(row => programs.Contains(row[0])).Aggregate(0UL, (sum, row) => sum | (1UL << s_capabilities[row[1]]));
        return set.ToString("x16", CultureInfo.InvariantCulture);
    }

    /// <summary>Returns the open ports, as `tcp 4644`.</summary>
    /// <param name="always">True to leave out ports that are open only while a disk is granted.</param>
    public static HashSet<string> Ports(bool always) =>
        [.. Rows("## Open ports").Where(row => row[0] is "tcp" or "udp" && (!always || row[2] == "always")).Select(row => $"{row[0]} {row[1]}")];

    private static IEnumerable<string[]> Rows(string heading) => Text[Text.IndexOf(heading + "\n", StringComparison.Ordinal)..].Split('\n').Skip(1)
        .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
        .Where(line => line.StartsWith('|'))
        .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries));

    private static string FindCheckout()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Stiefel.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("the tests do not run from a checkout");
        }

        return directory.FullName;
    }
}
