using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Setup.Parts;

/// <summary>Plans the units of autokexec, which waits for calls, and those that keep it and the boot entry up to date.</summary>
internal static class AutokexecPart
{
    private const string Units = "/etc/systemd/system";
    private const string Service = "stiefel-autokexec.service";
    private const string RestartService = "stiefel-autokexec-restart.service";
    private const string RestartPath = "stiefel-autokexec-restart.path";
    private const string UpdateService = "stiefel-update.service";
    private const string UpdatePath = "stiefel-update.path";
    private const string UserUnits = "/etc/systemd/user";
    private const string NoticeService = "stiefel-notice.service";
    private const string NoticePath = "stiefel-notice.path";
    private const string Wants = Units + "/multi-user.target.wants";

    public static IEnumerable<PlannedFile> Of(LaptopFacts laptop, string program, List<string> notes)
    {
        if (!laptop.HasSystemd)
        {
            notes.Add("no service is installed: this system does not use systemd, which would have to close everything before the ramdisk starts");
            return [];
        }

        return
        [
            PlannedFile.Text($"{Units}/{Service}", "the service that waits for a desktop's call", Read(Service).Replace("@PROGRAM@", program, StringComparison.Ordinal)),
            PlannedFile.Text($"{Units}/{RestartService}", "restarts that service when the configuration changes", Read(RestartService)),
            PlannedFile.Text($"{Units}/{RestartPath}", "watches the configuration for changes", Read(RestartPath)),
            PlannedFile.Link($"{Wants}/{RestartPath}", "starts that watch at every boot", $"{Units}/{RestartPath}"),
            PlannedFile.Link($"{Wants}/{Service}", "starts the service at every boot", $"{Units}/{Service}"),
            PlannedFile.Text($"{UserUnits}/{NoticeService}", "shows the warning in the session of a person who sits at the laptop, with a button \"Not now\"", Read(NoticeService).Replace("@PROGRAM@", program, StringComparison.Ordinal)),
            PlannedFile.Text($"{UserUnits}/{NoticePath}", "waits for the warning", Read(NoticePath)),
            PlannedFile.Link($"{UserUnits}/default.target.wants/{NoticePath}", "starts that wait in every session, from the next login on", $"{UserUnits}/{NoticePath}"),
        ];
    }

    /// <summary>Plans the units that update the boot entry. It holds arguments and a key, which must vanish from it when it is revoked.</summary>
    /// <param name="laptop">The facts about the laptop.</param>
    /// <param name="program">The path of the installed stiefel.</param>
    /// <param name="atStart">True to update at every boot of the laptop as well, because it cannot be done while the system runs on a desktop.</param>
    public static IEnumerable<PlannedFile> OfEntry(LaptopFacts laptop, string program, bool atStart) => !laptop.HasSystemd ? [] :
    [
        PlannedFile.Text($"{Units}/{UpdateService}", "updates the boot entry", Read(UpdateService).Replace("@PROGRAM@", program, StringComparison.Ordinal)),
        PlannedFile.Text($"{Units}/{UpdatePath}", "watches keys and configuration for changes", Read(UpdatePath)),
        PlannedFile.Link($"{Wants}/{UpdatePath}", "starts that watch at every boot", $"{Units}/{UpdatePath}"),
        .. atStart ? [PlannedFile.Link($"{Wants}/{UpdateService}", "updates the boot entry at every boot, for changes made while this system ran on a desktop", $"{Units}/{UpdateService}")] : Array.Empty<PlannedFile>(),
    ];

    private static string Read(string name)
    {
        using var stream = typeof(AutokexecPart).Assembly.GetManifestResourceStream("setup/" + name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
