using Microsoft.Extensions.Logging;

namespace Stiefel.BootFiles.Disk;

internal static partial class DiskBootLog
{
    [LoggerMessage(1, LogLevel.Warning, "Unmounted {Directory} ({Device}), left behind by an earlier server")]
    public static partial void StaleMountRemoved(ILogger logger, string directory, string device);

    [LoggerMessage(2, LogLevel.Information, "Boot files found on {Device} ({Type}): {Title}, kernel {Release}, from {Source}")]
    public static partial void BootFilesFound(ILogger logger, string device, string type, string title, string release, string source);

    [LoggerMessage(3, LogLevel.Information, "Passed over: {Reason}")]
    public static partial void PassedOver(ILogger logger, string reason);

    [LoggerMessage(4, LogLevel.Information, "Drivers of the payload kernel found in {Directory} on {Device}")]
    public static partial void DriversFound(ILogger logger, string directory, string device);

    [LoggerMessage(5, LogLevel.Warning, "No drivers for the payload kernel: {Reason}; its own initrd must hold those of the desktop")]
    public static partial void DriversMissing(ILogger logger, string reason);

    [LoggerMessage(6, LogLevel.Debug, "Released {Device}")]
    public static partial void Released(ILogger logger, string device);

    [LoggerMessage(7, LogLevel.Warning, "Closed {Name}, left open by an earlier server")]
    public static partial void StaleVolumeClosed(ILogger logger, string name);

    [LoggerMessage(8, LogLevel.Debug, "Closed {Name}")]
    public static partial void VolumeClosed(ILogger logger, string name);

    [LoggerMessage(9, LogLevel.Information, "Opened with the passphrase, for reading: {Devices}")]
    public static partial void Unlocked(ILogger logger, string devices);
}
