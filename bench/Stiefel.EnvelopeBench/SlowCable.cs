using System.Diagnostics;

namespace Stiefel.EnvelopeBench;

/// <summary>A network namespace whose loopback has a limited rate, like a cable; disposing it removes it. Needs root.</summary>
internal sealed class SlowCable : IDisposable
{
    private readonly string _name = $"stiefel-bench-{Environment.ProcessId}";

    public SlowCable(int megabit)
    {
        Megabit = megabit;
        Run("ip", "netns", "add", _name);
        Run("ip", "-n", _name, "link", "set", "lo", "mtu", "1500", "up");
        Run("tc", "-n", _name, "qdisc", "add", "dev", "lo", "root", "tbf", "rate", $"{megabit}mbit", "burst", "256kb", "limit", "4mb");
    }

    public int Megabit { get; }

    /// <summary>The words before a command that run it in this namespace.</summary>
    public string[] Enter => ["ip", "netns", "exec", _name];

    public void Dispose() => Run("ip", "netns", "delete", _name);

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{program} {string.Join(' ', arguments)}' failed; a slow cable needs root and iproute2");
        }
    }
}
