using Microsoft.Extensions.Logging;
using Stiefel.BootFiles.Catalog;

namespace Stiefel.BootFiles.Disk;

internal static partial class DiskBootLog
{
    /// <summary>Logs a search's report.</summary>
    public static void Log(this BootReport report, ILogger logger)
    {
        Decided(logger, report.Decided);
        foreach (var what in report.PassedOver)
        {
            PassedOver(logger, what);
        }

        foreach (var system in report.OtherSystems)
        {
            OtherSystem(logger, system);
        }

        foreach (var note in report.Notes)
        {
            Note(logger, note);
        }
    }

    [LoggerMessage(601, LogLevel.Warning, "Unmounted {Directory} ({Device}), left behind by an earlier server")]
    public static partial void StaleMountRemoved(ILogger logger, string directory, string device);

    [LoggerMessage(602, LogLevel.Information, "Boot files found on {Device} ({Type}): {Title}, kernel {Release}, from {Source}")]
    public static partial void BootFilesFound(ILogger logger, string device, string type, string title, string release, string source);

    [LoggerMessage(603, LogLevel.Information, "Found but not booted: {What}")]
    public static partial void PassedOver(ILogger logger, PassedOver what);

    [LoggerMessage(610, LogLevel.Information, "Another system on the disk, which is not offered: {System}")]
    public static partial void OtherSystem(ILogger logger, string system);

    [LoggerMessage(611, LogLevel.Warning, "About the boot entry: {Note}")]
    public static partial void Note(ILogger logger, string note);

    [LoggerMessage(612, LogLevel.Information, "The boot entry was chosen by {Source}")]
    public static partial void Decided(ILogger logger, string source);

    [LoggerMessage(604, LogLevel.Information, "Drivers of the payload kernel found in {Directory} on {Device}")]
    public static partial void DriversFound(ILogger logger, string directory, string device);

    [LoggerMessage(605, LogLevel.Warning, "No drivers for the payload kernel: {Reason}; its initrd must bring those of the desktop itself")]
    public static partial void DriversMissing(ILogger logger, string reason);

    [LoggerMessage(606, LogLevel.Debug, "Released {Device}")]
    public static partial void Released(ILogger logger, string device);

    [LoggerMessage(607, LogLevel.Warning, "Closed {Name}, left open by an earlier server")]
    public static partial void StaleVolumeClosed(ILogger logger, string name);

    [LoggerMessage(608, LogLevel.Debug, "Closed {Name}")]
    public static partial void VolumeClosed(ILogger logger, string name);

    [LoggerMessage(609, LogLevel.Information, "Opened read-only with the passphrase: {Devices}")]
    public static partial void Unlocked(ILogger logger, string devices);

    [LoggerMessage(613, LogLevel.Warning, "About the disk: {Warning}")]
    public static partial void Warning(ILogger logger, string warning);
}
