using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Setup.Parts;

/// <summary>The unit that waits for a desktop's call, and one that lets it read a changed configuration.</summary>
internal static class AutokexecPart
{
    private const string Units = "/etc/systemd/system";
    private const string Service = "stiefel-autokexec.service";
    private const string RestartService = "stiefel-autokexec-restart.service";
    private const string RestartPath = "stiefel-autokexec-restart.path";
    private const string UpdateService = "stiefel-update.service";
    private const string UpdatePath = "stiefel-update.path";
    private const string Wants = Units + "/multi-user.target.wants";

    public static IEnumerable<PlannedFile> Of(LaptopFacts laptop, string program, List<string> notes)
    {
        if (!laptop.HasSystemd)
        {
            notes.Add("no unit is installed: this system is not run by systemd, which is what closes everything before the ramdisk starts");
            return [];
        }

        return
        [
            PlannedFile.Text($"{Units}/{Service}", "the service that waits for a desktop's call", Read(Service).Replace("@PROGRAM@", program, StringComparison.Ordinal)),
            PlannedFile.Text($"{Units}/{RestartService}", "and restarts when its configuration changes", Read(RestartService)),
            PlannedFile.Text($"{Units}/{RestartPath}", "and notices that it changed", Read(RestartPath)),
            PlannedFile.Link($"{Wants}/{RestartPath}", "so that it is watched from each start on", $"{Units}/{RestartPath}"),
            PlannedFile.Link($"{Wants}/{Service}", "so that calls are heard from each start on", $"{Units}/{Service}"),
        ];
    }

    /// <summary>Units that bring a boot entry up to date, which holds keys and arguments, and must lose a key that is revoked.</summary>
    /// <param name="laptop">What the laptop is.</param>
    /// <param name="program">Where this program is installed.</param>
    /// <param name="atStart">Also when the laptop starts, since it cannot be done where the system runs on a desktop.</param>
    public static IEnumerable<PlannedFile> OfEntry(LaptopFacts laptop, string program, bool atStart) => !laptop.HasSystemd ? [] :
    [
        PlannedFile.Text($"{Units}/{UpdateService}", "brings the boot entry up to date", Read(UpdateService).Replace("@PROGRAM@", program, StringComparison.Ordinal)),
        PlannedFile.Text($"{Units}/{UpdatePath}", "and notices when keys or configuration change", Read(UpdatePath)),
        PlannedFile.Link($"{Wants}/{UpdatePath}", "so that they are watched from each start on", $"{Units}/{UpdatePath}"),
        .. atStart ? [PlannedFile.Link($"{Wants}/{UpdateService}", "so that it follows what was changed while this system ran on a desktop", $"{Units}/{UpdateService}")] : Array.Empty<PlannedFile>(),
    ];

    private static string Read(string name)
    {
        using var stream = typeof(AutokexecPart).Assembly.GetManifestResourceStream("setup/" + name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
