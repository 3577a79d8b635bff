using System.Text.Json;
using System.Text.Json.Serialization;
using Stiefel.CommandLine;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Stick;

/// <summary>Asks lsblk (util-linux) about a drive.</summary>
internal static class DriveList
{
    private const string Columns = "PATH,TYPE,SIZE,RM,HOTPLUG,RO,VENDOR,MODEL,SERIAL,TRAN,FSTYPE,LABEL,MOUNTPOINTS,LOG-SEC,PKNAME";

    /// <summary>Describes one drive.</summary>
    /// <exception cref="FailedException">lsblk does not know the device.</exception>
    public static async Task<Drive> FindAsync(string device, CancellationToken token)
    {
        try
        {
            var report = await ExternalProgram.RunAsync("lsblk", ["--json", "--bytes", "--output", Columns, device], new ExternalProgramOptions { Timeout = TimeSpan.FromSeconds(30) }, token);
            return Parse(report.Text);
        }
        catch (ExternalProgramException error)
        {
            throw new FailedException($"{device}: lsblk cannot tell what this is: {error.Message}", error);
        }
    }

    /// <param name="json">The output of lsblk for one device.</param>
    internal static Drive Parse(string json)
    {
        if (JsonSerializer.Deserialize(json, BlockReportContext.Default.BlockReport) is not { Devices: [var device, ..] })
        {
            throw new FailedException("lsblk names no device");
        }

        return new Drive(device.Path, device.Type, device.Size)
        {
            Model = $"{device.Vendor?.Trim()} {device.Model?.Trim()}".Trim(),
            Serial = device.Serial?.Trim() ?? "",
            Transport = device.Transport ?? "",
            IsRemovable = device.IsRemovable || device.IsHotplug || device.Transport == "usb" || device.Path.StartsWith("/dev/mmcblk", StringComparison.Ordinal),
            IsReadOnly = device.IsReadOnly,
            SectorBytes = device.SectorBytes,
            Parent = device.Type == "part" && device.Parent is { Length: > 0 } parent ? $"/dev/{parent}" : "",
            Parts = [.. Parts(device)],
        };
    }

    private static IEnumerable<DrivePart> Parts(BlockDeviceReport device)
    {
        if (device.Kind is { Length: > 0 } || device.Label is { Length: > 0 })
        {
            yield return PartOf(device);
        }

        // Include nested devices: a mounted file system may lie in LUKS on a partition.
        foreach (var child in device.Children ?? [])
        {
            yield return PartOf(child);
            foreach (var below in (child.Children ?? []).SelectMany(Parts))
            {
                yield return below;
            }
        }
    }

    private static DrivePart PartOf(BlockDeviceReport device) =>
        new(device.Path, device.Size, device.Kind ?? "", device.Label ?? "", [.. (device.MountPoints ?? []).OfType<string>()]);
}

/// <summary>The JSON output of lsblk.</summary>
internal sealed record BlockReport
{
    [JsonPropertyName("blockdevices")]
    public List<BlockDeviceReport>? Devices { get; init; }
}

/// <summary>One device in the output.</summary>
internal sealed record BlockDeviceReport
{
    [JsonPropertyName("path")]
    public string Path { get; init; } = "";

    [JsonPropertyName("type")]
    public string Type { get; init; } = "";

    [JsonPropertyName("size")]
    public long Size { get; init; }

    [JsonPropertyName("rm")]
    public bool IsRemovable { get; init; }

    [JsonPropertyName("hotplug")]
    public bool IsHotplug { get; init; }

    [JsonPropertyName("ro")]
    public bool IsReadOnly { get; init; }

    [JsonPropertyName("vendor")]
    public string? Vendor { get; init; }

    [JsonPropertyName("model")]
    public string? Model { get; init; }

    [JsonPropertyName("serial")]
    public string? Serial { get; init; }

    [JsonPropertyName("tran")]
    public string? Transport { get; init; }

    [JsonPropertyName("fstype")]
    public string? Kind { get; init; }

    [JsonPropertyName("label")]
    public string? Label { get; init; }

    [JsonPropertyName("mountpoints")]
    public List<string?>? MountPoints { get; init; }

    [JsonPropertyName("log-sec")]
    public int SectorBytes { get; init; }

    [JsonPropertyName("pkname")]
    public string? Parent { get; init; }

    [JsonPropertyName("children")]
    public List<BlockDeviceReport>? Children { get; init; }
}

[JsonSerializable(typeof(BlockReport))]
internal sealed partial class BlockReportContext : JsonSerializerContext;
