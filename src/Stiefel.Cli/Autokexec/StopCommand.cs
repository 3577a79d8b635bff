namespace Stiefel.Cli.Autokexec;

/// <summary>The command by which a person can stop this process, whether systemd or a person started it.</summary>
internal static class StopCommand
{
    private const string ControlGroups = "/proc/self/cgroup";
    private const string Suffix = ".service";

    /// <summary>`systemctl stop NAME` or `kill NUMBER`.</summary>
    public static string OfThisProcess() => Of(Environment.GetEnvironmentVariable, File.Exists(ControlGroups) ? File.ReadAllText(ControlGroups) : "", Environment.ProcessId);

    /// <param name="variable">Looks an environment variable up.</param>
    /// <param name="controlGroups">The content of /proc/self/cgroup.</param>
    /// <param name="processId">The number of this process.</param>
    public static string Of(Func<string, string?> variable, string controlGroups, int processId)
    {
        // Children of a service inherit its variables, so compare SYSTEMD_EXEC_PID: only the process that systemd started is the service (man 5 systemd.exec).
        var isService = variable("INVOCATION_ID") is not null && variable("SYSTEMD_EXEC_PID") == $"{processId}";
        var unit = controlGroups.TrimEnd('\n').Split('\n')[^1].Split('/')[^1];
        return isService && unit.EndsWith(Suffix, StringComparison.Ordinal) ? $"systemctl stop {unit[..^Suffix.Length]}" : $"kill {processId}";
    }
}
