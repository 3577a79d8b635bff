using System.Globalization;
using System.Text;
using Stiefel.Linux.Programs;

namespace Stiefel.Linux.Mounts;

/// <summary>Asks blkid, bypassing its cache, what block devices hold (`blkid -p -o export`, man 8 blkid).</summary>
public static class FileSystemProbe
{
    /// <summary>Time limit for one device, so that a device that hangs does not stop the boot forever.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    // Exit codes of man 8 blkid: 2 means that nothing was found; 8 that contradicting signatures were found, so none is reported.
    private static readonly int[] s_answers = [2, 8];

    /// <summary>Returns one result for every device on which something was found, in the given order.</summary>
    /// <exception cref="ExternalProgramException">blkid is not installed or failed.</exception>
    public static async Task<IReadOnlyList<ProbedDevice>> ProbeAsync(IReadOnlyList<string> devices, CancellationToken token)
    {
        var options = new ExternalProgramOptions { Timeout = s_patience, AcceptedExitCodes = s_answers };
        var found = new List<ProbedDevice>();
        foreach (var device in devices)
        {
            // Probe one device at a time: given several, blkid stops at the first that holds nothing.
            var output = await ExternalProgram.RunAsync("blkid", ["-p", "-o", "export", device], options, token);
            found.AddRange(Parse(output.Text));
        }

        return found;
    }

    /// <summary>Parses the export format: `KEY=value` lines, a backslash before each special character, an empty line between devices.</summary>
    internal static IReadOnlyList<ProbedDevice> Parse(string text)
    {
        var devices = new List<ProbedDevice>();
        foreach (var line in text.Split('\n'))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                continue;
            }

            var value = Unescape(line.AsSpan(equals + 1));
            if (line.AsSpan(0, equals) is "DEVNAME")
            {
                devices.Add(new ProbedDevice { Path = value });
            }
            else if (devices.Count > 0)
            {
                devices[^1] = With(devices[^1], line[..equals], value);
            }
        }

        return devices;
    }

    private static ProbedDevice With(ProbedDevice device, string key, string value) => key switch
    {
        "TYPE" => device with { Type = value },
        "USAGE" => device with { Usage = value },
        "UUID" => device with { Uuid = value },
        "LABEL" => device with { Label = value },
        "PART_ENTRY_UUID" => device with { PartUuid = value },
        "PART_ENTRY_NAME" => device with { PartLabel = value },
        "PART_ENTRY_TYPE" => device with { PartType = value },
        "PART_ENTRY_NUMBER" => device with { PartNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0 },
        "PART_ENTRY_SCHEME" => device with { PartScheme = value },
        "PTTYPE" => device with { TableType = value },
        "PTUUID" => device with { TableUuid = value },
        _ => device,
    };

    private static string Unescape(ReadOnlySpan<char> value)
    {
        var text = new StringBuilder(value.Length);
        for (var at = 0; at < value.Length; at++)
        {
            at += value[at] == '\\' && at + 1 < value.Length ? 1 : 0;
            text.Append(value[at]);
        }

        return text.ToString();
    }
}
