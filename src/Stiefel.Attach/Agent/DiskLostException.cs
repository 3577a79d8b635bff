namespace Stiefel.Attach.Agent;

/// <summary>The server does not know our capability any more, see <see cref="DiskLossDetector"/>.</summary>
/// <param name="message">One line for the person at the desktop.</param>
internal sealed class DiskLostException(string message) : Exception(message);
