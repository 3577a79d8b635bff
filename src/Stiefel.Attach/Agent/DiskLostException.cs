namespace Stiefel.Attach.Agent;

/// <summary>The server no longer knows this desktop's capability; see <see cref="DiskLossDetector"/>.</summary>
/// <param name="message">One line for the person at the desktop.</param>
internal sealed class DiskLostException(string message) : Exception(message);
